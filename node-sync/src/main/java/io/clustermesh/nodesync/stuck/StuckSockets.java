package io.clustermesh.nodesync.stuck;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.bpf.maps.Translation;
import io.clustermesh.bpf.sockets.TranslatedSockets.Outcome;
import io.clustermesh.model.Protocol;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sockets whose backend is gone, quarantined, or in a cluster that is down. Sleeps until {@link #lost()} says that
 * a backend was lost, and looks twice then: a socket that was connecting at that moment is seen the second time.
 *
 * <pre>
 *   a backend is lost ──► rest 0.3 s (others are lost with it) ──► look ──► 2 s ──► look again
 * </pre>
 *
 * <p>A look costs some microseconds for each socket of the machine, so the rest after one is ten times as long as the look
 * took. A backend that terminates, or is drained, keeps its sockets: they may finish.
 */
public final class StuckSockets implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(StuckSockets.class);
    private static final Duration GATHER = Duration.ofMillis(300);
    private static final Duration SECOND_LOOK = Duration.ofSeconds(2);
    private static final int REST_FACTOR = 10;

    /** Finds and ends translated sockets; {@link io.clustermesh.bpf.sockets.TranslatedSockets#end}. */
    @FunctionalInterface
    public interface Sockets {
        Outcome end(Set<Protocol> protocols, Predicate<Translation> dead);
    }

    private final Sockets sockets;
    private final ServiceTables tables;
    private final Clock clock;
    private final BlockingQueue<Boolean> losses = new ArrayBlockingQueue<>(1);
    private volatile StuckReport report;

    /**
     * @param sockets only used by this agent's thread
     * @param tables read only
     * @param protocols whose sockets are ended
     */
    public StuckSockets(Sockets sockets, ServiceTables tables, Set<Protocol> protocols, Clock clock) {
        this.sockets = sockets;
        this.tables = tables;
        this.clock = clock;
        this.report = new StuckReport(protocols, 0, 0, 0, 0, Optional.empty());
    }

    @Override
    public String roleName() {
        return "stuck-sockets";
    }

    /** A backend was lost; any thread, and it never waits. */
    public void lost() {
        losses.offer(Boolean.TRUE);
    }

    /** Any thread. */
    public StuckReport report() {
        return report;
    }

    @Override
    public void doWork() throws InterruptedException {
        losses.take();
        clock.sleep(GATHER);
        losses.clear();
        look();
        clock.sleep(SECOND_LOOK);
        look();
    }

    /** One look at all translated sockets. */
    void look() throws InterruptedException {
        long began = clock.monotonicNanos();
        try {
            Outcome outcome = sockets.end(report.protocols(), this::isDead);
            boolean sawAllBefore = report.lastError().isEmpty();
            report = report.after(outcome);
            report.lastError()
                    .filter(any -> sawAllBefore)
                    .ifPresent(what -> LOG.atWarn()
                            .addKeyValue("cause", what)
                            .log("some sockets could not be looked at; said once, until all can be"));
            if (outcome.ended() + outcome.refused() > 0) {
                LOG.atInfo()
                        .addKeyValue("found", outcome.found())
                        .addKeyValue("ended", outcome.ended())
                        .addKeyValue("refused", outcome.refused())
                        .log("sockets on lost backends ended; their applications connect anew");
            }
        } catch (RuntimeException e) {
            report = report.failed(String.valueOf(e.getMessage()));
            throw e;
        } finally {
            clock.sleep(Duration.ofNanos((clock.monotonicNanos() - began) * REST_FACTOR));
        }
    }

    /** Whether the backend that a socket was connected to is there no more; of sockets older than layout v2 nobody knows. */
    boolean isDead(Translation socket) {
        if (socket.entries().isEmpty()) {
            return false;
        }
        Translation.Entries entries = socket.entries().get();
        if (tables.isClusterDown(entries.clusterId())) {
            return true;
        }
        Optional<BackendEntry> now = tables.backend(entries.backend());
        return now.isEmpty()
                || !now.get().ip().equals(socket.ip())
                || !now.get().l4().equals(socket.l4())
                || now.get().state() == BackendEntry.State.QUARANTINED;
    }
}
