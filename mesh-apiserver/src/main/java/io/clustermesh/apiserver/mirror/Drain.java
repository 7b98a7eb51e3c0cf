package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what was mirrored of a peer: its config first, so that readers let go, and after the grace period the
 * canaries and the copy (Cilium's order and number of tries, {@code kvstoremesh/remote_cluster.go}).
 */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final int TRIES = 5;

    private Drain() {}

    /** Blocks until it is done or given up. */
    static void run(ClusterName peer, KvStore local, MirrorTools tools) throws InterruptedException {
        boolean done = attempt(peer, local, tools, List.of(new Txn.Op.Delete(Keys.clusterConfig(peer))));
        if (done) {
            tools.clock().sleep(tools.drainGrace());
            List<Txn.Op> rest = new ArrayList<>();
            rest.add(new Txn.Op.DeletePrefix(Keys.syncedPrefix(peer)));
            for (Resource resource : Resource.values()) {
                rest.add(new Txn.Op.DeletePrefix(resource.drainPrefix(peer)));
            }
            done = attempt(peer, local, tools, rest);
        }
        if (done) {
            LOG.atInfo().addKeyValue("peer", peer).log("peer removed, its copy is deleted");
        } else {
            LOG.atError()
                    .addKeyValue("peer", peer)
                    .log("the copy of a removed peer could not be deleted; it goes when its leases run out");
        }
    }

    private static boolean attempt(ClusterName peer, KvStore local, MirrorTools tools, List<Txn.Op> operations)
            throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(32));
        while (true) {
            try {
                local.commit(Txn.of(operations));
                return true;
            } catch (StoreException e) {
                Duration pause = backoff.afterFailure();
                LOG.atWarn()
                        .addKeyValue("peer", peer)
                        .addKeyValue("attempt", backoff.failures())
                        .addKeyValue("reason", e.getMessage())
                        .log("can't delete the copy of a removed peer");
                if (backoff.failures() == TRIES) {
                    return false;
                }
                tools.clock().sleep(pause);
            }
        }
    }
}
