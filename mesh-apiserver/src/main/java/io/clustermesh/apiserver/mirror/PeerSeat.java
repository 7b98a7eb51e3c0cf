package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.ClusterName;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.lead.Seat;
import io.clustermesh.store.lead.Term;
import io.clustermesh.store.runtime.Worker;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer on this replica: what we would do for it if we led it (mirror it, or delete its copy), and what we do while
 * we do lead it. Owned by the agent {@link Mirrors}.
 */
final class PeerSeat {

    private static final Logger LOG = LoggerFactory.getLogger(PeerSeat.class);

    private final ClusterName peer;
    private final boolean orphan;
    private final Leadership leadership;
    private final Mirror.Surroundings around;
    private final Seat seat;
    private Optional<PeerFile> wanted = Optional.empty();
    private volatile @Nullable Mirror mirror;
    private @Nullable Worker drain;
    private volatile @Nullable MirrorView draining;
    private Optional<Term> drainTerm = Optional.empty();

    /** @param orphan it was found without a file and a leader */
    PeerSeat(ClusterName peer, boolean orphan, Leadership leadership, Mirror.Surroundings around, Runnable wake) {
        this.peer = peer;
        this.orphan = orphan;
        this.leadership = leadership;
        this.around = around;
        this.seat = new Seat(wake);
        leadership.contend(task(peer), seat);
    }

    static String task(ClusterName peer) {
        return "mirror/" + peer;
    }

    /** Mirror it as {@code file} says; or with no file, delete its copy. */
    void want(Optional<PeerFile> file) {
        wanted = file;
    }

    /** Does what there is to do; true if there is nothing left to do for this peer and the seat can go. */
    boolean settle() {
        Optional<Term> term = seat.term();
        Mirror current = mirror;
        if (current != null && !term.equals(Optional.of(current.term()))) {
            LOG.atInfo().addKeyValue("peer", peer).log("another replica mirrors the peer now");
            stop(current);
            current = null;
        }
        if (draining()) {
            return false;
        }
        if (wanted.isPresent()) {
            mirror(current, term, wanted.get());
            return false;
        }
        if (drain != null && term.equals(drainTerm)) {
            return true;
        }
        if (term.isEmpty()) {
            // whoever leads deletes the copy; of what nobody leads we are to do it, and wait for our turn
            return !orphan || leadership.leaders().containsKey(task(peer));
        }
        startDrain(current, term.get());
        return false;
    }

    private void mirror(@Nullable Mirror current, Optional<Term> term, PeerFile file) {
        drain = null;
        draining = null;
        if (term.isEmpty() || (current != null && current.file().equals(file))) {
            return;
        }
        if (current != null) {
            stop(current);
        }
        LOG.atInfo()
                .addKeyValue("peer", peer)
                .addKeyValue("endpoints", file.target().endpoints())
                .log("mirroring peer");
        mirror = Mirror.start(file, term.get(), around);
    }

    private void startDrain(@Nullable Mirror current, Term term) {
        drainTerm = Optional.of(term);
        if (current == null) {
            drain = Worker.start("mirror-drain-" + peer, () -> {
                new Drain(peer, around.local(), term, around.tools()).run();
                around.claims().release(peer);
            });
        } else {
            draining = current.view();
            drain = current.drain();
            mirror = null;
        }
    }

    private boolean draining() {
        Worker current = drain;
        return current != null && current.running();
    }

    private void stop(Mirror current) {
        current.close();
        mirror = null;
    }

    /** Our own mirror's status, if we mirror or drain the peer; any thread. */
    Optional<MirrorStatus> status() {
        Mirror current = mirror;
        MirrorView leaving = draining;
        if (current != null) {
            return Optional.of(current.status());
        }
        return leaving == null ? Optional.empty() : Optional.of(leaving.status());
    }

    /** Stops whatever runs, and gives the task up; the copy stays. */
    void close() {
        Mirror current = mirror;
        if (current != null) {
            stop(current);
        }
        Worker unfinished = drain;
        if (unfinished != null) {
            unfinished.close();
        }
        leadership.withdraw(task(peer));
    }
}
