package io.clustermesh.store.kv.memory;

import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.KvStoreContract;

class InMemoryKvStoreTest extends KvStoreContract {

    private final InMemoryKvStore store = new InMemoryKvStore();

    @Override
    protected KvStore store() {
        return store;
    }

    @Override
    protected void compact() {
        store.compact();
    }
}
