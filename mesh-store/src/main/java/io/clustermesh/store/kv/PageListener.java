package io.clustermesh.store.kv;

import java.util.List;

/** Takes a range page by page, see {@link KvStore#scan}. A listener that blocks holds back its own scan only. */
public interface PageListener {

    /**
     * The scan begins, or begins again since what it was reading is gone: forget what it has told.
     *
     * @param clusterId the history that it reads, see {@link Listing#clusterId()}
     */
    void onStart(long clusterId);

    /** More entries, sorted by key, after all those before; the list is not changed later. */
    void onPage(List<KeyValue> entries) throws InterruptedException;

    /** A key whose value is larger than an answer may be; it is left out. */
    default void onTooLarge(String key) {}
}
