package io.clustermesh.nodesync.agent;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.WEST_ID;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.ip;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.slice;
import static io.clustermesh.nodesync.desired.Records.tcp;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.MemoryServiceTables;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.model.ExportMode;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.codec.DrainCodec;
import io.clustermesh.nodesync.ManualClock;
import io.clustermesh.nodesync.apply.Programmer;
import io.clustermesh.nodesync.desired.Finding;
import io.clustermesh.nodesync.desired.Surroundings;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.sync.Change;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceKeeperTest {

    private static final FrontendKey VIP = new FrontendKey(ip("10.101.0.9"), tcp(80));
    private static final MeshService CART_WEST = west(CART, Affinity.LOCAL, "10.101.0.9", active("10.1.1.1"));

    private final ManualClock clock = new ManualClock();
    private final MemoryServiceTables tables = new MemoryServiceTables(new Capacity(2, 16, 4000));
    private final HopTrace hops = new HopTrace(clock, 100);
    private ServiceKeeper keeper = newKeeper();

    @BeforeEach
    void syncBoth() {
        sync(keeper);
    }

    @Test
    void shouldServeWhatBothSourcesSay() {
        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        keeper.take(Source.PEERS, Changes.upsert(peer("east", 2, CART, "10.2.1.1")));
        keeper.settle();

        assertThat(tables.service(VIP).orElseThrow().slots()).hasSize(2);
        assertThat(keeper.owner(VIP)).contains(CART);
        assertThat(keeper.changedAt(CART)).contains(clock.now());
        assertThat(keeper.clusterName(2).orElseThrow().value()).isEqualTo("east");
    }

    @Test
    void shouldSeeALeavingPodOfAPeerThatExportsSlices() {
        keeper.take(Source.OWN, Changes.upsert(west(CART, Affinity.LOCAL, "10.101.0.9")));
        keeper.take(Source.PEERS, Changes.upsert(peer("east", 2, CART, "10.2.1.1", "10.2.1.2")));
        keeper.take(Source.PEER_SLICES, Changes.upsert(slice("east", 2, "cart-1", CART, "10.2.1.1", "-10.2.1.2")));
        keeper.settle();
        assertThat(activeBackends())
                .as("the config does not say that slices count")
                .isEqualTo(2);

        keeper.take(Source.PEER_CONFIGS, Changes.config("east", 2, ExportMode.SERVICES_AND_SLICES));
        keeper.settle();
        assertThat(activeBackends()).isEqualTo(1);

        keeper.take(Source.PEER_CONFIGS, Changes.config("east", 2, ExportMode.SERVICES));
        keeper.settle();
        assertThat(activeBackends()).isEqualTo(2);
    }

    @Test
    void shouldServeAPeerThatExportsSlicesOnly() {
        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        keeper.take(Source.PEER_CONFIGS, Changes.config("east", 2, ExportMode.SLICES));
        keeper.take(Source.PEER_SLICES, Changes.upsert(slice("east", 2, "cart-1", CART, "10.2.1.1")));
        keeper.settle();
        assertThat(tables.service(VIP).orElseThrow().slots()).hasSize(2);
        assertThat(keeper.clusterName(2)).contains(new ClusterName("east"));

        keeper.take(Source.PEER_SLICES, new Change.Delete("cilium/cache/endpointslices/v1/east/shop/cart-1"));
        keeper.settle();
        assertThat(tables.service(VIP).orElseThrow().slots()).hasSize(1);
    }

    @Test
    void shouldIgnoreItsOwnClustersConfigAndRefuseABrokenSlice() {
        keeper.take(Source.PEER_CONFIGS, Changes.config("west", 1, ExportMode.SERVICES_AND_SLICES));
        keeper.take(Source.PEER_SLICES, Changes.upsert("cilium/cache/endpointslices/v1/east/shop/cart-1", "noise"));
        keeper.take(
                Source.PEER_SLICES,
                Changes.upsert("cilium/cache/endpointslices/v1/north/shop/cart-1", slice("east", 2, "cart-1", CART)));
        keeper.take(Source.PEER_CONFIGS, Changes.upsert("cilium/cluster-config/east", "{"));

        assertThat(keeper.refusals().current())
                .extracting(Refusals.Refusal::key)
                .containsExactlyInAnyOrder(
                        "cilium/cache/endpointslices/v1/east/shop/cart-1",
                        "cilium/cache/endpointslices/v1/north/shop/cart-1",
                        "cilium/cluster-config/east");
    }

    /** Of cluster east, the only one with backends: those that take new connections. */
    private long activeBackends() {
        return tables.service(VIP).orElseThrow().slots().stream()
                .flatMapToInt(slot -> Arrays.stream(tables.readTable(slot.tableBase(), slot.tableSize())))
                .distinct()
                .filter(index -> tables.backend(index)
                        .filter(backend -> backend.state() == BackendEntry.State.ACTIVE)
                        .isPresent())
                .count();
    }

    @Test
    void shouldTraceTheWayOfAChange() {
        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        keeper.settle();
        keeper.take(Source.PEERS, Changes.upsert(peer("east", 2, CART, "10.2.1.1")));
        keeper.settle();

        assertThat(hops.entries())
                .extracting(HopTrace.Entry::hop, HopTrace.Entry::subject, HopTrace.Entry::cluster)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(HopTrace.Hop.AGENT_RECEIVED, "shop/cart", "west"),
                        org.assertj.core.groups.Tuple.tuple(HopTrace.Hop.APPLIED, "shop/cart", "west"),
                        org.assertj.core.groups.Tuple.tuple(HopTrace.Hop.AGENT_RECEIVED, "shop/cart", "east"),
                        org.assertj.core.groups.Tuple.tuple(HopTrace.Hop.APPLIED, "shop/cart", "east"));
    }

    @Test
    void shouldLeaveAnEarlierAgentsTablesAloneUntilBothSourcesAreRead() {
        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        keeper.settle();

        keeper = newKeeper();
        keeper.take(Source.OWN, Changes.SYNCED);
        keeper.settle();

        assertThat(tables.services()).containsOnlyKeys(VIP);
        assertThat(keeper.settledOnce()).isFalse();
        assertThat(keeper.events().events()).extracting(EventLog.Event::kind).containsExactly("ADOPTED");
        keeper.take(Source.PEERS, Changes.SYNCED);
        keeper.take(Source.PEER_SLICES, Changes.SYNCED);
        keeper.take(Source.PEER_CONFIGS, Changes.SYNCED);
        keeper.take(Source.DRAINS, Changes.SYNCED);
        keeper.settle();
        assertThat(tables.services()).as("nobody claimed it").isEmpty();
        assertThat(keeper.settledOnce()).isTrue();
    }

    @Test
    void shouldKeepWhatWorkedWhenAValueIsMalformed() {
        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        keeper.settle();

        keeper.take(Source.OWN, Changes.upsert(Changes.key(CART_WEST), "{oops"));
        keeper.take(Source.OWN, Changes.upsert(Changes.key(CART_WEST), "{oops"));
        keeper.settle();

        assertThat(tables.services()).containsOnlyKeys(VIP);
        assertThat(keeper.refusals().total()).isEqualTo(2);
        assertThat(keeper.refusals().current())
                .extracting(Refusals.Refusal::key)
                .containsExactly(Changes.key(CART_WEST));
        assertThat(keeper.events().events()).as("said once").hasSize(1);
        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        assertThat(keeper.refusals().current()).isEmpty();
    }

    @Test
    void shouldForgetAServiceWhoseKeyIsGone() {
        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        keeper.settle();

        keeper.take(Source.OWN, new Change.Delete(Keys.meshService(WEST, CART)));
        keeper.settle();

        assertThat(tables.services()).isEmpty();
        assertThat(keeper.counts().own()).isZero();
        assertThat(keeper.changedAt(CART)).isEmpty();
    }

    @Test
    void shouldNotTouchTheTablesForARepeatedRecord() {
        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        keeper.settle();
        long applies = keeper.applies();

        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        keeper.settle();

        assertThat(keeper.applies()).isEqualTo(applies);
    }

    @Test
    void shouldTryAgainWhatFoundAFullMap() {
        ServiceName second = ServiceName.parse("shop/second");
        ServiceName third = ServiceName.parse("shop/third");
        for (MeshService service : List.of(
                CART_WEST,
                west(second, Affinity.NONE, "10.101.0.10", active("10.1.1.2")),
                west(third, Affinity.NONE, "10.101.0.11", active("10.1.1.3")))) {
            keeper.take(Source.OWN, Changes.upsert(service));
        }
        keeper.settle();
        assertThat(keeper.findings()).containsOnlyKeys(third);
        assertThat(keeper.findings().get(third)).extracting(Finding::kind).containsExactly(Finding.Kind.MAP_FULL);
        keeper.take(Source.OWN, new Change.Delete(Keys.meshService(WEST, second)));
        keeper.settle();

        clock.advance(Programmer.REST.plus(ServiceKeeper.RETRY));
        keeper.settle();

        assertThat(keeper.findings()).isEmpty();
        assertThat(tables.services().keySet())
                .extracting(key -> key.ip().toString())
                .containsExactlyInAnyOrder("10.101.0.9", "10.101.0.11");
    }

    @Test
    void shouldMoveTrafficAsADrainGoesOnAndBack() {
        keeper.take(Source.OWN, Changes.upsert(CART_WEST));
        keeper.take(Source.PEERS, Changes.upsert(peer("east", 2, CART, "10.2.1.1")));
        keeper.settle();
        assertThat(policy().tier(1)).isEqualTo(1);

        Drain.Target west = Drain.Target.of(WEST);
        keeper.take(Source.DRAINS, drain(west, 75));
        keeper.settle();
        assertThat(policy().tier(1)).isZero();
        assertThat(policy().weight(0)).isEqualTo(3 * policy().weight(1));
        assertThat(keeper.drains()).containsEntry(west, 75);

        keeper.take(Source.DRAINS, drain(west, 0));
        keeper.settle();
        assertThat(policy().tier(0)).isEqualTo(3);

        keeper.take(Source.DRAINS, new Change.Delete(Keys.drain(WEST, west)));
        keeper.settle();
        assertThat(policy().tier(0)).isZero();
        assertThat(policy().tier(1)).isEqualTo(1);
        assertThat(keeper.drains()).isEmpty();
    }

    @Test
    void shouldRefuseADrainThatSpeaksOfAnotherTargetThanItsKey() {
        keeper.take(
                Source.DRAINS,
                Changes.upsert(
                        Keys.drain(WEST, Drain.Target.of(new ClusterName("east"))),
                        new String(DrainCodec.encode(drained(Drain.Target.of(WEST), 0)), StandardCharsets.UTF_8)));
        keeper.take(Source.DRAINS, Changes.upsert(Keys.drains(WEST) + "east/everything", "{}"));

        assertThat(keeper.refusals().current()).hasSize(2);
        assertThat(keeper.drains()).isEmpty();
    }

    @Test
    void shouldLeaveOutABackendThatIsAClusterIpWhicheverComesFirst() {
        MeshService wrong = west(CART, Affinity.NONE, "10.101.0.9", active("10.1.1.1"), active("10.101.0.10"));
        MeshService other = west(ServiceName.parse("shop/other"), Affinity.NONE, "10.101.0.10", active("10.1.1.2"));
        keeper.take(Source.OWN, Changes.upsert(wrong));
        keeper.take(Source.PEERS, Changes.upsert(peer("east", 2, CART, "10.2.1.1", "10.101.0.10")));
        keeper.settle();
        assertThat(activeBackends()).isEqualTo(3);

        keeper.take(Source.OWN, Changes.upsert(other));
        keeper.settle();
        assertThat(activeBackends()).isEqualTo(2);
        assertThat(keeper.findings().get(CART)).extracting(Finding::kind).containsExactly(Finding.Kind.BACKEND_IS_VIP);

        keeper.take(Source.OWN, new Change.Delete(Changes.key(other)));
        keeper.settle();
        assertThat(activeBackends()).isEqualTo(3);
        assertThat(keeper.findings()).isEmpty();
    }

    @Test
    void shouldFollowTheNodesAddressesWithNodePorts() {
        List<IpAddress> addresses = new ArrayList<>(List.of(ip("172.30.1.11")));
        ServiceKeeper here = new ServiceKeeper(
                WEST,
                WEST_ID,
                new MemoryServiceTables(new Capacity(8, 16, 4000)),
                clock,
                hops,
                () -> new Surroundings.Here("node-1", "z1", addresses));
        sync(here);
        here.take(
                Source.OWN,
                Changes.upsert(new MeshService(
                        WEST,
                        CART,
                        CART_WEST.frontends(),
                        List.of(new MeshService.Port("http", tcp(80), 30080)),
                        CART_WEST.policy(),
                        CART_WEST.backends())));
        here.settle();
        assertThat(here.owner(new FrontendKey(ip("172.30.1.11"), tcp(30080)))).contains(CART);

        addresses.set(0, ip("172.30.1.12"));
        clock.advance(ServiceKeeper.LOOK_AROUND);
        here.settle();

        assertThat(here.owner(new FrontendKey(ip("172.30.1.11"), tcp(30080)))).isEmpty();
        assertThat(here.owner(new FrontendKey(ip("172.30.1.12"), tcp(30080)))).contains(CART);
    }

    private PolicyWord policy() {
        return tables.policy(tables.service(VIP).orElseThrow().serviceId());
    }

    private static Change drain(Drain.Target target, int keep) {
        return Changes.upsert(
                Keys.drain(WEST, target), new String(DrainCodec.encode(drained(target, keep)), StandardCharsets.UTF_8));
    }

    private static Drain drained(Drain.Target target, int keep) {
        return new Drain(target, new Drain.Course(100, 0, Instant.EPOCH, Duration.ofMinutes(1)), keep);
    }

    private ServiceKeeper newKeeper() {
        return new ServiceKeeper(WEST, WEST_ID, tables, clock, hops);
    }

    private static void sync(ServiceKeeper keeper) {
        keeper.take(Source.OWN, Changes.SYNCED);
        keeper.take(Source.PEERS, Changes.SYNCED);
        keeper.take(Source.PEER_SLICES, Changes.SYNCED);
        keeper.take(Source.PEER_CONFIGS, Changes.SYNCED);
        keeper.take(Source.DRAINS, Changes.SYNCED);
        keeper.settle();
    }
}
