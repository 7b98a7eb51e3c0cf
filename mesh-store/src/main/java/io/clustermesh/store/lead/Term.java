package io.clustermesh.store.lead;

import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.Txn;

/**
 * One turn of leading a task, from gaining it to losing it. Another turn, even of the same replica, is another term.
 *
 * @param task what is led, for example {@code mirror/east}
 * @param key the kvstore key that says so
 * @param created the revision that the term began at; no two terms have the same
 */
public record Term(String task, String key, Revision created) {

    /** Holds in the kvstore as long as nobody else was given the task. Put it into every transaction of the term. */
    public Txn.Guard guard() {
        return new Txn.Guard.CreatedAt(key, created);
    }
}
