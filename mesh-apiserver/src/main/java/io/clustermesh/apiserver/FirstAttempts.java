package io.clustermesh.apiserver;

import io.clustermesh.apiserver.mirror.MirrorStatus;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Whether the peers that are known at the start have had their chance, as Cilium's kvstoremesh asks before it calls
 * itself ready ({@code pkg/clustermesh/kvstoremesh/kvstoremesh.go}, per-cluster-ready-timeout and
 * global-ready-timeout): 15 s for a peer to be reached, ten minutes for what it has to be here. An agent that comes too
 * early would take a peer that is merely slow for one without backends; a peer that is dead must not keep everybody else
 * waiting.
 *
 * <p>Once true it stays true: peers come and go in a running mesh, and their trouble shows elsewhere.
 */
final class FirstAttempts implements Health.Check {

    private static final Duration TO_BE_REACHED = Duration.ofSeconds(15);
    private static final Duration TO_BE_COPIED = Duration.ofMinutes(10);

    private final Set<ClusterName> known;
    private final Supplier<List<MirrorStatus>> mirrors;
    private final Clock clock;
    private final long startedNanos;
    private volatile boolean over;

    /** @param known the peers at the start */
    FirstAttempts(Set<ClusterName> known, Supplier<List<MirrorStatus>> mirrors, Clock clock) {
        this.known = new TreeSet<>(java.util.Comparator.comparing(ClusterName::value));
        this.known.addAll(known);
        this.mirrors = mirrors;
        this.clock = clock;
        this.startedNanos = clock.monotonicNanos();
        this.over = known.isEmpty();
    }

    @Override
    public Health.Verdict check() {
        if (over) {
            return Health.up();
        }
        Duration running = Duration.ofNanos(clock.monotonicNanos() - startedNanos);
        Map<ClusterName, MirrorStatus> now = mirrors.get().stream()
                .collect(Collectors.toMap(
                        MirrorStatus::cluster,
                        Function.identity(),
                        (a, b) -> b,
                        () -> new TreeMap<>(java.util.Comparator.comparing(ClusterName::value))));
        List<String> waiting = new ArrayList<>();
        for (ClusterName peer : known) {
            Optional<MirrorStatus> mirror = Optional.ofNullable(now.get(peer));
            Duration limit = reached(mirror) ? TO_BE_COPIED : TO_BE_REACHED;
            if (!copied(mirror) && running.compareTo(limit) < 0) {
                waiting.add("%s is %s, for which this waits %d s at most"
                        .formatted(
                                peer, mirror.map(it -> it.state().name()).orElse("not tried yet"), limit.toSeconds()));
            }
        }
        over = waiting.isEmpty();
        return over ? Health.up() : Health.down("first sync of peers: " + String.join("; ", waiting));
    }

    private static boolean reached(Optional<MirrorStatus> mirror) {
        return mirror.map(it -> it.connection().connected()).orElse(false);
    }

    private static boolean copied(Optional<MirrorStatus> mirror) {
        return mirror.map(it -> switch (it.state()) {
                    case READY, STALE, DRAINING -> true;
                    case CONNECTING, WAITING_FOR_CONFIG, SYNCING -> false;
                })
                .orElse(false);
    }
}
