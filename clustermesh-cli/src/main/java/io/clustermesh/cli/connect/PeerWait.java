package io.clustermesh.cli.connect;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.status.MeshStatus;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Waits until clusters have each other's state. */
public final class PeerWait {

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Clock clock;
    private final Duration limit;
    private final String next;

    /**
     * One direction.
     *
     * @param reader the cluster that reads
     * @param read the one that is read
     */
    public record Direction(String reader, String read) {}

    /**
     * @param limit the longest wait
     * @param next the command that shows more where it was too short
     */
    public PeerWait(Clock clock, Duration limit, String next) {
        this.clock = clock;
        this.limit = limit;
        this.next = next;
    }

    /** Until each of the two says that the other is connected, ready and synced. */
    public void await(List<? extends ClusterAccess> clusters, String one, String other) throws InterruptedException {
        await(clusters, List.of(new Direction(one, other), new Direction(other, one)));
    }

    /** Until every reader says that those whom it reads are connected, ready and synced. */
    public void await(List<? extends ClusterAccess> clusters, List<Direction> directions) throws InterruptedException {
        long deadline = clock.monotonicNanos() + limit.toNanos();
        List<String> waiting = waiting(clusters, directions);
        while (!waiting.isEmpty()) {
            if (clock.monotonicNanos() > deadline) {
                throw new CommandFailed(
                        "the clusters know each other, but after %d s %s"
                                .formatted(limit.toSeconds(), String.join(", and ", waiting)),
                        next);
            }
            clock.sleep(PAUSE);
            waiting = waiting(clusters, directions);
        }
    }

    private List<String> waiting(List<? extends ClusterAccess> clusters, List<Direction> directions)
            throws InterruptedException {
        List<String> found = new ArrayList<>();
        for (MeshStatus.ClusterStatus cluster :
                MeshStatus.ask(clusters, clock.now()).clusters()) {
            for (MeshStatus.PeerStatus peer : cluster.peers()) {
                if (directions.contains(new Direction(cluster.name(), peer.peer())) && !peer.ready()) {
                    found.add("%s says of %s: %s"
                            .formatted(
                                    cluster.name(),
                                    peer.peer(),
                                    peer.status().path("state").asText("nothing")));
                }
            }
        }
        return found;
    }
}
