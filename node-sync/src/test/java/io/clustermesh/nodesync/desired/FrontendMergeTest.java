package io.clustermesh.nodesync.desired;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.WEST_ID;
import static io.clustermesh.nodesync.desired.Records.ip;
import static io.clustermesh.nodesync.desired.Records.ips;
import static io.clustermesh.nodesync.desired.Records.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.Balancing.Algorithm;
import io.clustermesh.model.Balancing.Cap;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.MeshService.Nearness;
import io.clustermesh.model.MeshService.Place;
import io.clustermesh.model.MeshService.Traffic;
import io.clustermesh.model.MeshService.Unready;
import io.clustermesh.model.Protocol;
import io.clustermesh.nodesync.desired.Surroundings.Here;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Kinds of frontends, nearness, caps, drains and bad backends. */
class FrontendMergeTest {

    private static final ClusterName EAST = new ClusterName("east");
    private static final Here NODE_1 = new Here("node-1", "z1", List.of(ip("172.30.1.11"), ip("fd30::11")));

    private final ServiceMerge merge = new ServiceMerge(WEST, WEST_ID);

    @Test
    void shouldServeNodePortsOnTheNodesAddressesOfTheServicesFamilies() {
        MeshService service = service(
                List.of("192.0.2.7"),
                List.of(new MeshService.Port("http", tcp(80), 30080)),
                Traffic.DEFAULT,
                Balancing.DEFAULT,
                backend("10.1.1.1", "node-1", "z1"));

        DesiredService merged = merge(service, at(NODE_1));

        assertThat(merged.frontends())
                .extracting(it -> it.key().toString())
                .containsExactlyInAnyOrder("10.101.0.9:80/TCP", "192.0.2.7:80/TCP", "172.30.1.11:30080/TCP");
        assertThat(merged.frontends())
                .allSatisfy(
                        frontend -> assertThat(ips(frontend.slots().getFirst())).containsExactly("10.1.1.1"));
        assertThat(merged.findings()).isEmpty();
    }

    @Test
    void shouldCarryTheSessionAffinity() {
        MeshService service = service(
                List.of(),
                http(),
                new Traffic(600, false, Nearness.ANY),
                Balancing.DEFAULT,
                backend("10.1.1.1", "node-1", "z1"));

        assertThat(merge(service, Surroundings.NONE).frontends().getFirst().affinitySeconds())
                .isEqualTo(600);
    }

    @Test
    void shouldKeepToTheNodeWithInternalTrafficPolicyLocal() {
        MeshService service = service(
                List.of(),
                http(),
                new Traffic(0, true, Nearness.ANY),
                Balancing.DEFAULT,
                backend("10.1.1.1", "node-1", "z1"),
                backend("10.1.2.1", "node-2", "z1"));

        DesiredService here = merge(service, at(NODE_1), peer("10.2.1.1", "z1"));
        DesiredService elsewhere = merge(service, at(new Here("node-3", "z1", List.of())), peer("10.2.1.1", "z1"));

        assertThat(slots(here)).containsExactly("west near [10.1.1.1]");
        assertThat(elsewhere.frontends())
                .as("refuses, as kube-proxy does")
                .singleElement()
                .satisfies(it -> assertThat(it.slots()).isEmpty());
        assertThat(elsewhere.findings()).isEmpty();
    }

    @Test
    void shouldAskTheOwnZoneFirstWhereverItIs() {
        MeshService service = service(
                List.of(),
                http(),
                new Traffic(0, false, Nearness.ZONE),
                Balancing.DEFAULT,
                backend("10.1.1.1", "node-1", "z1"),
                backend("10.1.2.1", "node-2", "z2"));

        assertThat(slots(merge(service, at(NODE_1), peer("10.2.1.1", "z2"))))
                .containsExactly("west near [10.1.1.1]", "east far [10.2.1.1]");
        assertThat(slots(merge(service, at(new Here("n", "z2", List.of())), peer("10.2.1.1", "z2"))))
                .containsExactly("west near [10.1.2.1]", "east near [10.2.1.1]");
        assertThat(slots(merge(service, at(new Here("n", "z9", List.of())), peer("10.2.1.1", "z2"))))
                .as("nobody there")
                .containsExactly("west near [10.1.1.1, 10.1.2.1]", "east near [10.2.1.1]");
        assertThat(slots(merge(service, Surroundings.NONE, peer("10.2.1.1", "z2"))))
                .as("the node does not know its zone")
                .containsExactly("west near [10.1.1.1, 10.1.2.1]", "east near [10.2.1.1]");
    }

    @Test
    void shouldPreferTheNodeThenTheZone() {
        MeshService service = service(
                List.of(),
                http(),
                new Traffic(0, false, Nearness.NODE),
                Balancing.DEFAULT,
                backend("10.1.1.1", "node-1", "z1"),
                backend("10.1.2.1", "node-2", "z1"),
                backend("10.1.3.1", "node-3", "z2"));

        assertThat(slots(merge(service, at(NODE_1), peer("10.2.1.1", "z1"))))
                .containsExactly("west near [10.1.1.1]", "east far [10.2.1.1]");
        assertThat(slots(merge(service, at(new Here("node-9", "z1", List.of())), peer("10.2.1.1", "z1"))))
                .containsExactly("west near [10.1.1.1, 10.1.2.1]", "east near [10.2.1.1]");
    }

    @Test
    void shouldObeyHintsOnlyIfEveryActiveBackendHasSome() {
        MeshService hinted = service(
                List.of(),
                http(),
                Traffic.DEFAULT,
                Balancing.DEFAULT,
                hinted("10.1.1.1", "z2", "z1"),
                hinted("10.1.1.2", "z1", "z2"));
        MeshService half = service(
                List.of(),
                http(),
                Traffic.DEFAULT,
                Balancing.DEFAULT,
                hinted("10.1.1.1", "z2", "z1"),
                backend("10.1.1.2", "node-1", "z1"));

        assertThat(slots(merge(hinted, at(NODE_1)))).containsExactly("west near [10.1.1.1]");
        assertThat(slots(merge(half, at(NODE_1)))).containsExactly("west near [10.1.1.1, 10.1.1.2]");
    }

    @Test
    void shouldUseTheSameFewBackendsOfACappedClusterEverywhere() {
        List<MeshService.Backend> many = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            many.add(backend("10.1.1." + i, "node-" + i, ""));
        }
        Balancing capped = new Balancing(Map.of(), List.of(), 0, Map.of(WEST, new Cap.Backends(10)), Algorithm.MAGLEV);
        MeshService all = service(List.of(), http(), Traffic.DEFAULT, capped, many.toArray(MeshService.Backend[]::new));
        many.removeFirst();
        MeshService fewer =
                service(List.of(), http(), Traffic.DEFAULT, capped, many.toArray(MeshService.Backend[]::new));

        List<String> first =
                ips(merge(all, Surroundings.NONE).frontends().getFirst().slots().getFirst());
        List<String> second = new ArrayList<>(ips(
                merge(fewer, Surroundings.NONE).frontends().getFirst().slots().getFirst()));

        assertThat(first).hasSize(10);
        second.removeAll(first);
        assertThat(second).as("one left at most").hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void shouldTakeADrainedNodesBackendsOutStepByStep() {
        MeshService service = service(
                List.of(),
                http(),
                Traffic.DEFAULT,
                Balancing.DEFAULT,
                backend("10.1.1.1", "node-1", "z1"),
                backend("10.1.2.1", "node-2", "z1"));
        Drain.Target node = new Drain.Target(WEST, "node-1");

        DesiredSlot half = merge(service, draining(node, 50))
                .frontends()
                .getFirst()
                .slots()
                .getFirst();
        DesiredSlot out =
                merge(service, draining(node, 0)).frontends().getFirst().slots().getFirst();

        assertThat(half.backends()).extracting(DesiredBackend::weight).containsExactly(50, 100);
        assertThat(half.demand().offer().weight()).isEqualTo(150);
        assertThat(out.backends()).extracting(DesiredBackend::state).containsExactly(State.TERMINATING, State.ACTIVE);
    }

    @Test
    void shouldTellWhatADrainLeavesOfACluster() {
        MeshService service =
                service(List.of(), http(), Traffic.DEFAULT, Balancing.DEFAULT, backend("10.1.1.1", "node-1", "z1"));

        DesiredService merged = merge(service, draining(Drain.Target.of(EAST), 35), peer("10.2.1.1", "z1"));

        assertThat(merged.frontends().getFirst().slots())
                .extracting(slot -> slot.standing().keepPercent())
                .containsExactly(100, 35);
    }

    @Test
    void shouldLeaveOutABackendThatIsAClusterIp() {
        MeshService service = service(
                List.of(),
                http(),
                Traffic.DEFAULT,
                Balancing.DEFAULT,
                backend("10.1.1.1", "node-1", "z1"),
                backend("10.101.0.77", "node-1", "z1"));
        Surroundings around = new Surroundings(NODE_1, Map.of(), ip("10.101.0.77")::equals);

        DesiredService merged = merge(service, around);

        assertThat(slots(merged)).containsExactly("west near [10.1.1.1]");
        assertThat(merged.findings()).extracting(Finding::kind).containsExactly(Finding.Kind.BACKEND_IS_VIP);
    }

    @Test
    void shouldSayWhenWeightsAreTooFarApart() {
        Map<ClusterName, Integer> weights = new TreeMap<>(Map.of(WEST, 93));
        List<PeerService> peers = new ArrayList<>();
        for (int id = 2; id < 9; id++) {
            ClusterName name = new ClusterName("c" + id);
            weights.put(name, 1);
            PeerService one = peer("10.%d.1.1".formatted(id), "");
            peers.add(new PeerService(name, new ClusterId(id), one.backends(), Unready.NONE));
        }
        Balancing extreme = new Balancing(weights, List.of(), 0, Map.of(), Algorithm.MAGLEV);
        MeshService service = service(List.of(), http(), Traffic.DEFAULT, extreme, backend("10.1.1.1", "node-1", "z1"));

        assertThat(merge(service, Surroundings.NONE, peers.toArray(PeerService[]::new))
                        .findings())
                .extracting(Finding::kind)
                .containsExactly(Finding.Kind.WEIGHTS_ROUNDED);
        assertThat(merge(service, Surroundings.NONE, peers.getFirst()).findings())
                .isEmpty();
    }

    @Test
    void shouldSayNothingOfAHeadlessServiceWhateverItsPorts() {
        MeshService headless = new MeshService(
                WEST,
                CART,
                new MeshService.Addresses(List.of(), List.of()),
                List.of(
                        new MeshService.Port("sig", new L4(Protocol.SCTP, 38412)),
                        new MeshService.Port("http", tcp(80))),
                new MeshService.Policy(Affinity.NONE, true),
                List.of(backend("10.1.1.1", "node-1", "z1")),
                Unready.NONE);

        assertThat(merge(headless, at(NODE_1))).isEqualTo(DesiredService.nothing(CART));
    }

    @Test
    void shouldCountWhoIsMissingOfTheFrontendsFamily() {
        MeshService service = new MeshService(
                WEST,
                CART,
                new MeshService.Addresses(List.of(ip("10.101.0.9")), List.of()),
                http(),
                new MeshService.Policy(Affinity.NONE, true),
                List.of(backend("10.1.1.1", "node-1", "z1")),
                new Unready(3, 7));

        DesiredSlot slot =
                merge(service, Surroundings.NONE).frontends().getFirst().slots().getFirst();

        assertThat(slot.demand().offer().unready()).isEqualTo(3);
    }

    private DesiredService merge(MeshService service, Surroundings around, PeerService... peers) {
        return merge.merge(service, List.of(peers), around);
    }

    private static Surroundings at(Here here) {
        return new Surroundings(here, Map.of(), ip -> false);
    }

    private static Surroundings draining(Drain.Target target, int keep) {
        return new Surroundings(NODE_1, Map.of(target, keep), ip -> false);
    }

    private static List<String> slots(DesiredService service) {
        return service.frontends().getFirst().slots().stream()
                .map(slot -> slot.cluster() + (slot.standing().near() ? " near " : " far ") + ips(slot))
                .toList();
    }

    private static List<MeshService.Port> http() {
        return List.of(new MeshService.Port("http", tcp(80)));
    }

    private static MeshService service(
            List<String> externals,
            List<MeshService.Port> ports,
            Traffic traffic,
            Balancing balancing,
            MeshService.Backend... backends) {
        return new MeshService(
                WEST,
                CART,
                new MeshService.Addresses(
                        List.of(ip("10.101.0.9")),
                        externals.stream().map(Records::ip).toList()),
                ports,
                new MeshService.Policy(Affinity.NONE, true, balancing, traffic),
                List.of(backends),
                Unready.NONE);
    }

    private static MeshService.Backend backend(String ip, String node, String zone) {
        return new MeshService.Backend(ip(ip), Map.of("http", tcp(8080)), MeshService.State.ACTIVE, node, zone);
    }

    private static MeshService.Backend hinted(String ip, String zone, String forZone) {
        return new MeshService.Backend(
                ip(ip),
                Map.of("http", tcp(8080)),
                MeshService.State.ACTIVE,
                new Place("node-1", zone, List.of(forZone)),
                100);
    }

    private static PeerService peer(String ip, String zone) {
        Map<io.clustermesh.model.IpAddress, PeerService.Backend> backends = new TreeMap<>();
        backends.put(
                ip(ip),
                new PeerService.Backend(
                        Map.of("http", tcp(8080)), State.ACTIVE, new Place("node-1", zone, List.of()), 100));
        return new PeerService(EAST, new ClusterId(2), backends, Unready.NONE);
    }
}
