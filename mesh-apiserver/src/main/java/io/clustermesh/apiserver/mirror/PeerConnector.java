package io.clustermesh.apiserver.mirror;

import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KvStore;

/** Opens the kvstore of a peer. */
@FunctionalInterface
interface PeerConnector {

    /** @throws io.clustermesh.store.kv.StoreException if the target's TLS files can't be used */
    KvStore connect(EtcdTarget target);
}
