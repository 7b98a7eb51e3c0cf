package io.clustermesh.apiserver.cache;

import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.PageListener;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a scan of etcd into entries page by page, so that at no time two forms of all keys are held: with a million of
 * them the second would be as large as the cache itself.
 */
final class Loading implements PageListener {

    private List<Entry> entries = new ArrayList<>();

    @Override
    public void onStart(long clusterId) {
        entries = new ArrayList<>();
    }

    @Override
    public void onPage(List<KeyValue> page) {
        page.forEach(kv -> entries.add(Entry.of(kv)));
    }

    /** Everything that was scanned, sorted by key. */
    List<Entry> entries() {
        return entries;
    }
}
