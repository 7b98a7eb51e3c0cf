package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.lead.Term;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.sync.SyncStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what was mirrored of a peer: its config first, so that readers let go, after the grace period the canaries
 * and the copy (Cilium's order, {@code kvstoremesh/remote_cluster.go}), and last of all the record that says that there
 * is something to delete, so that another replica finishes what we can't. Tries until it is done or our term is over.
 */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final ClusterName peer;
    private final KvStore local;
    private final Term term;
    private final MirrorTools tools;

    Drain(ClusterName peer, KvStore local, Term term, MirrorTools tools) {
        this.peer = peer;
        this.local = local;
        this.term = term;
        this.tools = tools;
    }

    /** Blocks until everything is deleted. False if another replica leads now, and the rest is its business. */
    boolean run() throws InterruptedException {
        boolean done = commit(new Txn.Op.Delete(Keys.clusterConfig(peer)));
        if (done) {
            tools.clock().sleep(tools.drainGrace());
            done = commit(new Txn.Op.DeletePrefix(Keys.syncedPrefix(peer))) && deleteCopy();
        }
        done = done && commit(new Txn.Op.Delete(MirrorRecord.key(peer)));
        LOG.atInfo().addKeyValue("peer", peer).addKeyValue("done", done).log("drained");
        return done;
    }

    // many keys in small transactions: one large one would hold up etcd and everybody who watches it
    private boolean deleteCopy() throws InterruptedException {
        List<String> prefixes = Stream.of(Resource.values())
                .map(resource -> resource.drainPrefix(peer))
                .toList();
        try (SyncStore writer = SyncStore.start(
                SyncStore.Options.of("mirror-drain-" + peer, prefixes, Optional.empty())
                        .fencedBy(term.guard()),
                local,
                key -> {},
                tools.clock())) {
            writer.markSynced();
            while (!writer.status().synced() && !writer.status().fenced()) {
                tools.clock().sleep(LOOK);
            }
            return writer.status().synced();
        }
    }

    private boolean commit(Txn.Op operation) throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10));
        while (true) {
            try {
                return local.commit(new Txn(List.of(term.guard()), List.of(operation))) instanceof Txn.Outcome.Applied;
            } catch (StoreException e) {
                LOG.atWarn()
                        .addKeyValue("peer", peer)
                        .addKeyValue("attempt", backoff.failures() + 1)
                        .addKeyValue("reason", e.getMessage())
                        .log("can't delete the copy of a peer, trying again");
                tools.clock().sleep(backoff.afterFailure());
            }
        }
    }
}
