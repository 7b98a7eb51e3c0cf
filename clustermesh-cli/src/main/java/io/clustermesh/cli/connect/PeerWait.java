package io.clustermesh.cli.connect;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.Homes;
import io.clustermesh.cli.status.MeshStatus;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Waits until two clusters have each other's state. */
public final class PeerWait {

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Clock clock;
    private final Duration limit;

    /** @param limit the longest wait */
    public PeerWait(Clock clock, Duration limit) {
        this.clock = clock;
        this.limit = limit;
    }

    /** Until each of the two says that the other is connected, ready and synced. */
    public void await(Homes homes, String one, String other) throws InterruptedException {
        long deadline = clock.monotonicNanos() + limit.toNanos();
        List<String> waiting = waiting(homes, one, other);
        while (!waiting.isEmpty()) {
            if (clock.monotonicNanos() > deadline) {
                throw new CommandFailed(
                        "the clusters know each other, but after %d s %s"
                                .formatted(limit.toSeconds(), String.join(", and ", waiting)),
                        "clustermesh status");
            }
            clock.sleep(PAUSE);
            waiting = waiting(homes, one, other);
        }
    }

    private List<String> waiting(Homes homes, String one, String other) {
        Map<String, String> peerOf = Map.of(one, other, other, one);
        List<String> found = new ArrayList<>();
        for (MeshStatus.ClusterStatus cluster :
                MeshStatus.ask(homes, clock.now()).clusters()) {
            for (MeshStatus.PeerStatus peer : cluster.peers()) {
                if (peer.peer().equals(peerOf.get(cluster.name())) && !peer.ready()) {
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
