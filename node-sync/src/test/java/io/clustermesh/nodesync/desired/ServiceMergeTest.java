package io.clustermesh.nodesync.desired;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.WEST_ID;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.ending;
import static io.clustermesh.nodesync.desired.Records.ip;
import static io.clustermesh.nodesync.desired.Records.ips;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.tcp;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceMergeTest {

    private final ServiceMerge merge = new ServiceMerge(WEST, WEST_ID);

    @Test
    void shouldGiveEachClusterASlotOfTheOwnFrontend() {
        DesiredService service = merge.merge(
                west(CART, Affinity.LOCAL, "10.101.0.9", active("10.1.1.1")),
                Records.exported(
                        List.of(peer("north", 3, CART, "10.3.1.1"), peer("east", 2, CART, "10.2.1.2", "10.2.1.1"))));

        DesiredFrontend frontend = only(service);
        assertThat(frontend.key()).isEqualTo(new FrontendKey(ip("10.101.0.9"), tcp(80)));
        assertThat(frontend.affinity()).isEqualTo(Affinity.LOCAL);
        assertThat(frontend.slots())
                .extracting(slot -> slot.cluster().value())
                .containsExactly("west", "east", "north");
        assertThat(frontend.slots()).extracting(DesiredSlot::local).containsExactly(true, false, false);
        assertThat(ips(frontend.slots().get(1))).containsExactly("10.2.1.1", "10.2.1.2");
    }

    @Test
    void shouldKeepEachFamilyToItself() {
        MeshService both = new MeshService(
                WEST,
                CART,
                List.of(ip("10.101.0.9"), ip("fd20:1::9")),
                List.of(new MeshService.Port("http", tcp(80))),
                new MeshService.Policy(Affinity.NONE, true),
                List.of(active("10.1.1.1"), active("fd10:1::1")));

        DesiredService service =
                merge.merge(both, Records.exported(List.of(peer("east", 2, CART, "10.2.1.1", "fd10:2::1"))));

        assertThat(service.frontends()).hasSize(2);
        assertThat(service.frontends().get(0).slots())
                .extracting(Records::ips)
                .containsExactly(List.of("10.1.1.1"), List.of("10.2.1.1"));
        assertThat(service.frontends().get(1).slots())
                .extracting(Records::ips)
                .containsExactly(List.of("fd10:1::1"), List.of("fd10:2::1"));
    }

    @Test
    void shouldMatchPortsByNameAndProtocol() {
        ServiceRecord east = peer(
                "east",
                2,
                CART,
                Map.of(
                        ip("10.2.1.1"), Map.of("http", tcp(9090), "admin", tcp(9091)),
                        ip("10.2.1.2"), Map.of("web", tcp(8080)),
                        ip("10.2.1.3"), Map.of("http", new L4(Protocol.UDP, 8080))));

        DesiredFrontend frontend =
                only(merge.merge(west(CART, Affinity.NONE, "10.101.0.9"), Records.exported(List.of(east))));

        assertThat(frontend.slots().getFirst().backends())
                .containsExactly(new DesiredBackend(ip("10.2.1.1"), tcp(9090), BackendEntry.State.ACTIVE));
    }

    @Test
    void shouldLetAnUnnamedPortTakeTheOnlyOne() {
        MeshService unnamed = new MeshService(
                WEST,
                CART,
                List.of(ip("10.101.0.9")),
                List.of(new MeshService.Port("", tcp(80))),
                new MeshService.Policy(Affinity.NONE, true),
                List.of());
        ServiceRecord east = peer(
                "east",
                2,
                CART,
                Map.of(
                        ip("10.2.1.1"), Map.of("", tcp(8080)),
                        ip("10.2.1.2"), Map.of("http", tcp(8080)),
                        ip("10.2.1.3"), Map.of("http", tcp(8080), "admin", tcp(9091))));

        DesiredFrontend frontend = only(merge.merge(unnamed, Records.exported(List.of(east))));

        assertThat(ips(frontend.slots().getFirst())).containsExactly("10.2.1.1", "10.2.1.2");
    }

    @Test
    void shouldCountAnAddressOnceAndLetTheOwnClusterWin() {
        DesiredFrontend frontend = only(merge.merge(
                west(CART, Affinity.NONE, "10.101.0.9", active("10.1.1.1")),
                Records.exported(
                        List.of(peer("east", 2, CART, "10.1.1.1", "10.9.9.9"), peer("north", 3, CART, "10.9.9.9")))));

        assertThat(frontend.slots()).extracting(Records::ips).containsExactly(List.of("10.1.1.1"), List.of("10.9.9.9"));
        assertThat(frontend.slots().get(1).cluster().value()).isEqualTo("east");
    }

    @Test
    void shouldPreferTheBetterStateOfAnAddressNamedTwice() {
        DesiredFrontend frontend = only(merge.merge(
                west(CART, Affinity.NONE, "10.101.0.9", ending("10.1.1.1"), active("10.1.1.1")),
                Records.exported(List.of())));

        assertThat(frontend.slots().getFirst().backends()).hasSize(1).allMatch(DesiredBackend::active);
    }

    @Test
    void shouldUseTerminatingBackendsOnlyWithoutOthers() {
        DesiredFrontend mixed = only(merge.merge(
                west(CART, Affinity.NONE, "10.101.0.9", ending("10.1.1.1"), active("10.1.1.2")),
                Records.exported(List.of())));
        DesiredFrontend ending = only(
                merge.merge(west(CART, Affinity.NONE, "10.101.0.9", ending("10.1.1.1")), Records.exported(List.of())));

        assertThat(mixed.slots().getFirst().usable())
                .extracting(it -> it.ip().toString())
                .containsExactly("10.1.1.2");
        assertThat(ending.slots().getFirst().usable())
                .extracting(it -> it.ip().toString())
                .containsExactly("10.1.1.1");
    }

    @Test
    void shouldServeNothingForAHeadlessService() {
        MeshService headless = new MeshService(
                WEST,
                CART,
                List.of(),
                List.of(new MeshService.Port("http", tcp(80))),
                new MeshService.Policy(Affinity.NONE, true),
                List.of(active("10.1.1.1")));

        assertThat(merge.merge(headless, Records.exported(List.of())).frontends())
                .isEmpty();
    }

    @Test
    void shouldLeaveSctpToTheClustersProxyAndSaySo() {
        MeshService sctp = new MeshService(
                WEST,
                CART,
                List.of(ip("10.101.0.9")),
                List.of(
                        new MeshService.Port("sig", new L4(Protocol.SCTP, 38412)),
                        new MeshService.Port("http", tcp(80))),
                new MeshService.Policy(Affinity.NONE, true),
                List.of(active("10.1.1.1")));

        DesiredService service = merge.merge(sctp, Records.exported(List.of()));

        assertThat(service.frontends()).hasSize(1);
        assertThat(service.findings()).extracting(Finding::kind).containsExactly(Finding.Kind.SCTP);
        assertThat(service.findings().getFirst().message()).contains("shop/cart", "38412/SCTP");
    }

    @Test
    void shouldLeaveOutClustersPastTheEighthAndSaySo() {
        List<ServiceRecord> peers = new ArrayList<>();
        for (int id = 2; id <= 10; id++) {
            peers.add(peer("c" + id, id, CART, "10.%d.1.1".formatted(id)));
        }

        DesiredService service =
                merge.merge(west(CART, Affinity.NONE, "10.101.0.9", active("10.1.1.1")), Records.exported(peers));

        assertThat(only(service).slots()).hasSize(8);
        assertThat(service.findings()).extracting(Finding::kind).containsExactly(Finding.Kind.TOO_MANY_CLUSTERS);
        assertThat(service.findings().getFirst().message()).contains("[c9, c10]");
    }

    @Test
    void shouldLeaveOutAPeerThatClaimsAnothersId() {
        DesiredService service = merge.merge(
                west(CART, Affinity.NONE, "10.101.0.9", active("10.1.1.1")),
                Records.exported(List.of(
                        peer("east", 2, CART, "10.2.1.1"),
                        peer("evil", 1, CART, "10.66.1.1"),
                        peer("twin", 2, CART, "10.67.1.1"))));

        assertThat(only(service).slots())
                .extracting(Records::ips)
                .containsExactly(List.of("10.1.1.1"), List.of("10.2.1.1"));
        assertThat(service.findings())
                .extracting(Finding::kind)
                .containsExactly(Finding.Kind.CLUSTER_ID_CLASH, Finding.Kind.CLUSTER_ID_CLASH);
    }

    @Test
    void shouldServeWhatOnlyPeersHaveNowhere() {
        Inventory inventory = new Inventory(merge);
        inventory.putRemote(peer("east", 2, CART, "10.2.1.1"));

        assertThat(inventory.desired(CART).frontends()).isEmpty();
        assertThat(inventory.putRemote(peer("east", 2, CART, "10.2.1.1")))
                .as("nothing new")
                .isFalse();
        assertThat(inventory.putLocal(west(CART, Affinity.NONE, "10.101.0.9"))).isTrue();
        assertThat(inventory.desired(CART).frontends()).hasSize(1);
    }

    private static DesiredFrontend only(DesiredService service) {
        assertThat(service.frontends()).hasSize(1);
        return service.frontends().getFirst();
    }
}
