package io.clustermesh.nodesync.apply;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.WEST_ID;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.ip;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.tcp;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.clustermesh.bpf.maps.BackendPicker;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.MemoryServiceTables;
import io.clustermesh.bpf.maps.Pick;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.Balancing.Algorithm;
import io.clustermesh.model.Balancing.Cap;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.MeshService.Unready;
import io.clustermesh.nodesync.ManualClock;
import io.clustermesh.nodesync.desired.PeerService;
import io.clustermesh.nodesync.desired.Records;
import io.clustermesh.nodesync.desired.ServiceMerge;
import io.clustermesh.nodesync.desired.Surroundings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From records to a hundred thousand picks: every share that arrives is within one percentage point of what was asked. */
class SharesThatArriveTest {

    private static final int PICKS = 100_000;
    private static final double POINT = 0.01;
    private static final FrontendKey VIP = new FrontendKey(ip("10.101.0.9"), tcp(80));
    private static final ClusterName EAST = new ClusterName("east");
    private static final ClusterName EU = new ClusterName("eu");

    private final long seed = System.nanoTime();
    private final SplittableRandom random = new SplittableRandom(seed);
    private final MemoryServiceTables tables = new MemoryServiceTables(new Capacity(16, 32_768, 1 << 20));
    private final Programmer programmer = new Programmer(tables, new ManualClock());
    private final ServiceMerge merge = new ServiceMerge(WEST, WEST_ID);

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void shouldArriveSeventyToThirty(Algorithm algorithm) {
        install(
                balancing(Map.of(WEST, 70, EAST, 30), List.of(), 0, Map.of(), algorithm),
                Surroundings.NONE,
                weighted(1, 100, 3, Unready.NONE),
                peers(peer("east", 2, CART, "10.2.1.1", "10.2.1.2")));

        Map<String, Double> shares = shares();

        assertThat(cluster(shares, 1)).as("seed %d", seed).isEqualTo(0.70, within(POINT));
        assertThat(cluster(shares, 2)).as("seed %d", seed).isEqualTo(0.30, within(POINT));
        shares.forEach((ip, share) -> assertThat(share)
                .as("seed %d %s", seed, ip)
                .isEqualTo(ip.startsWith("10.1.") ? 0.7 / 3 : 0.15, within(POINT)));
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void shouldArriveByTheWeightsOfBackends(Algorithm algorithm) {
        MeshService service = weighted(1, 100, 4, Unready.NONE);
        List<MeshService.Backend> backends = new ArrayList<>();
        for (MeshService.Backend backend : service.backends()) {
            backends.add(new MeshService.Backend(
                    backend.ip(), backend.ports(), backend.state(), backend.place(), 10 * (backends.size() + 1)));
        }
        install(
                balancing(Map.of(), List.of(), 0, Map.of(), algorithm),
                Surroundings.NONE,
                with(service, backends, Unready.NONE),
                peers());

        Map<String, Double> shares = shares();

        for (int i = 1; i <= 4; i++) {
            assertThat(shares).containsKey("10.1.1." + i);
            assertThat(shares.getOrDefault("10.1.1." + i, 0.0))
                    .as("seed %d", seed)
                    .isEqualTo(i / 10.0, within(POINT));
        }
    }

    @Test
    void shouldArriveNinetyNineToOneToOneOverSpareSlots() {
        install(
                balancing(Map.of(WEST, 98, EAST, 1, EU, 1), List.of(), 0, Map.of(), Algorithm.MAGLEV),
                Surroundings.NONE,
                weighted(1, 100, 3, Unready.NONE),
                peers(peer("east", 2, CART, "10.2.1.1"), peer("eu", 3, CART, "10.3.1.1")));

        Map<String, Double> shares = shares();

        assertThat(cluster(shares, 1)).as("seed %d", seed).isEqualTo(0.98, within(POINT));
        assertThat(cluster(shares, 2)).as("seed %d", seed).isEqualTo(0.01, within(POINT / 2));
    }

    @Test
    void shouldFollowAnOrderOfThreeClustersAsTheyGoDown() {
        install(
                balancing(Map.of(), List.of(EU, WEST, EAST), 0, Map.of(), Algorithm.MAGLEV),
                Surroundings.NONE,
                weighted(1, 100, 2, Unready.NONE),
                peers(peer("east", 2, CART, "10.2.1.1"), peer("eu", 3, CART, "10.3.1.1")));
        assertThat(cluster(shares(), 3)).isEqualTo(1.0);

        tables.setClusterDown(3, true);
        assertThat(cluster(shares(), 1)).as("one bit, no new tables").isEqualTo(1.0);

        tables.setClusterDown(1, true);
        assertThat(cluster(shares(), 2)).isEqualTo(1.0);
    }

    @Test
    void shouldSpillOverAtTheThresholdInProportion() {
        Balancing spillover = balancing(Map.of(), List.of(WEST, EAST), 60, Map.of(), Algorithm.MAGLEV);
        for (int active = 10; active >= 1; active--) {
            install(
                    spillover,
                    Surroundings.NONE,
                    weighted(1, 100, active, new Unready(10 - active, 0)),
                    peers(peer("east", 2, CART, "10.2.1.1", "10.2.1.2")));

            assertThat(cluster(shares(), 1))
                    .as("seed %d, %d of 10 healthy", seed, active)
                    .isEqualTo(Math.min(1, active / 6.0), within(POINT));
        }
    }

    @Test
    void shouldHoldACap() {
        install(
                balancing(Map.of(), List.of(), 0, Map.of(EAST, new Cap.Share(20)), Algorithm.MAGLEV),
                Surroundings.NONE,
                weighted(1, 100, 2, Unready.NONE),
                peers(peer("east", 2, CART, "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4")));

        assertThat(cluster(shares(), 2)).as("seed %d", seed).isEqualTo(0.20, within(POINT));
    }

    @Test
    void shouldFollowADrainOfAClusterAndOfANode() {
        Balancing plain = balancing(Map.of(), List.of(), 0, Map.of(), Algorithm.MAGLEV);
        MeshService service = weighted(1, 100, 2, Unready.NONE);
        List<PeerService> peers = peers(peer("east", 2, CART, "10.2.1.1", "10.2.1.2"));
        for (int keep : new int[] {100, 50, 10, 0}) {
            install(plain, draining(Drain.Target.of(EAST), keep), service, peers);
            assertThat(cluster(shares(), 2))
                    .as("seed %d, keeps %d", seed, keep)
                    .isEqualTo(keep / (100.0 + keep), within(POINT));

            install(plain, draining(new Drain.Target(WEST, "node-1"), keep), service, peers);
            assertThat(cluster(shares(), 1))
                    .as("seed %d, node keeps %d", seed, keep)
                    .isEqualTo(keep / (100.0 + keep), within(POINT));
        }
    }

    @Test
    void shouldServeTwentyThousandBackendsAndLeaveOthersAlone() {
        String[] many = IntStream.range(0, 20_000)
                .mapToObj(i -> "10.%d.%d.%d".formatted(20 + i / 10_000, i / 100 % 100, 1 + i % 100))
                .toArray(String[]::new);
        install(
                balancing(Map.of(), List.of(), 0, Map.of(), Algorithm.MAGLEV),
                Surroundings.NONE,
                west(CART, Affinity.NONE, "10.101.0.9"),
                peers(peer("east", 2, CART, many)));
        assertThat(programmer.apply(merge.merge(
                        west(
                                io.clustermesh.model.ServiceName.parse("shop/other"),
                                Affinity.NONE,
                                "10.101.0.10",
                                active("10.1.9.9")),
                        List.of())))
                .isEmpty();

        Map<String, Double> shares = shares();

        assertThat(shares).as("most of 20,000 in 100,000 picks").hasSizeGreaterThan(19_000);
        assertThat(tables.services()).hasSize(2);
        assertThat(programmer.usage().backends()).isEqualTo(20_001);
    }

    private void install(Balancing balancing, Surroundings around, MeshService service, List<PeerService> peers) {
        MeshService asked = new MeshService(
                service.cluster(),
                service.name(),
                service.addresses(),
                service.ports(),
                new MeshService.Policy(Affinity.NONE, true, balancing, MeshService.Traffic.DEFAULT),
                service.backends(),
                service.unready());
        assertThat(programmer.apply(merge.merge(asked, peers, around))).isEmpty();
    }

    /** Shares of new connections by address. */
    private Map<String, Double> shares() {
        Map<String, Integer> counts = new HashMap<>();
        BackendPicker picker = new BackendPicker(tables, random::nextLong);
        for (int i = 0; i < PICKS; i++) {
            if (picker.pick(VIP) instanceof Pick.Chosen chosen) {
                counts.merge(chosen.backend().ip().toString(), 1, Integer::sum);
            }
        }
        Map<String, Double> shares = new TreeMap<>();
        counts.forEach((ip, count) -> shares.put(ip, (double) count / PICKS));
        assertThat(counts.values().stream().mapToInt(Integer::intValue).sum())
                .as("seed %d: nobody is refused", seed)
                .isEqualTo(PICKS);
        return shares;
    }

    private static double cluster(Map<String, Double> shares, int id) {
        return shares.entrySet().stream()
                .filter(share -> share.getKey().startsWith("10." + id + "."))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    private static MeshService weighted(int cluster, int weight, int count, Unready unready) {
        MeshService.Backend[] backends = IntStream.rangeClosed(1, count)
                .mapToObj(i -> active("10.%d.1.%d".formatted(cluster, i)))
                .map(it -> new MeshService.Backend(it.ip(), it.ports(), it.state(), it.place(), weight))
                .toArray(MeshService.Backend[]::new);
        return with(west(CART, Affinity.NONE, "10.101.0.9"), List.of(backends), unready);
    }

    private static MeshService with(MeshService service, List<MeshService.Backend> backends, Unready unready) {
        return new MeshService(
                service.cluster(),
                service.name(),
                service.addresses(),
                service.ports(),
                service.policy(),
                backends,
                unready);
    }

    private static List<PeerService> peers(io.clustermesh.model.ServiceRecord... records) {
        return Records.exported(List.of(records));
    }

    private static Surroundings draining(Drain.Target target, int keep) {
        return new Surroundings(Surroundings.Here.UNKNOWN, Map.of(target, keep), ip -> false);
    }

    private static Balancing balancing(
            Map<ClusterName, Integer> weights,
            List<ClusterName> order,
            int spillover,
            Map<ClusterName, Cap> caps,
            Algorithm algorithm) {
        return new Balancing(weights, order, spillover, caps, algorithm);
    }
}
