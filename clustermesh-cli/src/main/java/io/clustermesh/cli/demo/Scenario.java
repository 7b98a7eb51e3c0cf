package io.clustermesh.cli.demo;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.rig.Rig;
import io.clustermesh.cli.rig.ScaleResult;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * What happens in the demo: all is well, then each cluster in turn loses its pods and gets them back. Run by one thread,
 * which waits between the steps.
 */
final class Scenario {

    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(60);
    private static final int SETTLED_REQUESTS = 50;

    private final Rig rig;
    private final RequestLog log;
    private final Clock clock;
    private final Duration hold;
    private final HopTable hops = new HopTable();
    private final List<Phase> phases = new ArrayList<>();

    /** @param hold how long to look on after each change */
    Scenario(Rig rig, RequestLog log, Clock clock, Duration hold) {
        this.rig = rig;
        this.log = log;
        this.clock = clock;
        this.hold = hold;
    }

    /** Waits until every client is answered by its own cluster and nothing fails. */
    void awaitSettled() throws InterruptedException {
        long deadline = clock.monotonicNanos() + SETTLE_LIMIT.toNanos();
        while (!isSettled()) {
            if (clock.monotonicNanos() > deadline) {
                List<Request> last = log.last(1);
                throw new CommandFailed(
                        "the clients were not answered by their own clusters within %d s; the last request was %s"
                                .formatted(SETTLE_LIMIT.toSeconds(), last.isEmpty() ? "never made" : last.getFirst()),
                        "clustermesh demo --keep, then clustermesh status");
            }
            clock.sleep(Duration.ofMillis(50));
        }
    }

    private boolean isSettled() {
        for (ClusterPlan cluster : rig.plan().clusters()) {
            String name = cluster.name().value();
            List<Request> own = log
                    .last(SETTLED_REQUESTS * rig.plan().clusters().size())
                    .stream()
                    .filter(r -> r.client().equals(name))
                    .toList();
            if (own.size() < SETTLED_REQUESTS / 2
                    || own.stream().anyMatch(r -> !r.answeredBy().equals(Optional.of(name)))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Runs it.
     *
     * @param event is told what happens, and when
     */
    void run(BiConsumer<Instant, String> event) throws InterruptedException {
        begin("all is well", clock.now(), Phase.Change.NONE, Optional.empty());
        clock.sleep(hold);
        for (ClusterPlan cluster : rig.plan().clusters()) {
            Instant gone = lose(cluster, event);
            clock.sleep(hold);
            hops.add(cluster.name() + "'s pods deleted", cluster, peerOf(cluster), gone);
            Instant back = restore(cluster, event);
            clock.sleep(hold);
            hops.add(cluster.name() + "'s pods restored", cluster, peerOf(cluster), back);
        }
        endAll(clock.now());
    }

    private Instant lose(ClusterPlan cluster, BiConsumer<Instant, String> event) throws InterruptedException {
        String name = cluster.name() + "'s pods deleted";
        event.accept(clock.now(), name);
        ScaleResult result = rig.scale(cluster.name() + "/shop/echo", 0);
        begin(
                name,
                result.announced(),
                new Phase.Change(Optional.of(cluster.name().value()), result.killed()),
                Optional.of(cluster));
        return result.announced();
    }

    private Instant restore(ClusterPlan cluster, BiConsumer<Instant, String> event) throws InterruptedException {
        ScaleResult result =
                rig.scale(cluster.name() + "/shop/echo", cluster.nodes().size());
        String name = cluster.name() + "'s pods restored";
        event.accept(result.announced(), name);
        begin(
                name,
                result.announced(),
                new Phase.Change(Optional.of(cluster.name().value()), Optional.empty()),
                Optional.empty());
        return result.announced();
    }

    private ClusterPlan peerOf(ClusterPlan cluster) {
        return rig.plan().clusters().stream()
                .filter(other -> !other.equals(cluster))
                .findFirst()
                .orElseThrow();
    }

    private void begin(String name, Instant from, Phase.Change change, Optional<ClusterPlan> withoutPods) {
        endAll(from);
        Map<String, String> expected = new HashMap<>();
        for (ClusterPlan cluster : rig.plan().clusters()) {
            boolean away = withoutPods.filter(cluster::equals).isPresent();
            expected.put(
                    cluster.name().value(),
                    (away ? peerOf(cluster) : cluster).name().value());
        }
        phases.add(new Phase((phases.size() + 1) + " " + name, from, Instant.MAX, expected, change));
    }

    private void endAll(Instant at) {
        if (!phases.isEmpty() && phases.getLast().to().equals(Instant.MAX)) {
            Phase last = phases.removeLast();
            phases.add(new Phase(last.name(), last.from(), at, last.expected(), last.change()));
        }
    }

    /** The phases, after {@link #run}. */
    List<Phase> phases() {
        return List.copyOf(phases);
    }

    /** The hop table, after {@link #run}. */
    List<String> hopTable() {
        return hops.lines();
    }
}
