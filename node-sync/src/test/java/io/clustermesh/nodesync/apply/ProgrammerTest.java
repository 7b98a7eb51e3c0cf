package io.clustermesh.nodesync.apply;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.WEST_ID;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.ending;
import static io.clustermesh.nodesync.desired.Records.exported;
import static io.clustermesh.nodesync.desired.Records.ip;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.tcp;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.BackendPicker;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.MemoryServiceTables;
import io.clustermesh.bpf.maps.Pick;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.nodesync.ManualClock;
import io.clustermesh.nodesync.desired.DesiredService;
import io.clustermesh.nodesync.desired.Finding;
import io.clustermesh.nodesync.desired.ServiceMerge;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProgrammerTest {

    private static final FrontendKey VIP = new FrontendKey(ip("10.101.0.9"), tcp(80));

    private final ManualClock clock = new ManualClock();
    private final ObservedTables tables = new ObservedTables(new MemoryServiceTables(new Capacity(16, 64, 20_000)));
    private final ServiceMerge merge = new ServiceMerge(WEST, WEST_ID);
    private Programmer programmer = new Programmer(tables, clock);

    @Test
    void shouldWriteBackendsThenTablesThenTheEntry() {
        apply(cart(Affinity.LOCAL, active("10.1.1.1")), peer("east", 2, CART, "10.2.1.1", "10.2.1.2"));

        assertThat(tables.writes)
                .containsExactly(
                        "putBackend",
                        "putBackend",
                        "putBackend",
                        "writeTable",
                        "writeTable",
                        "setPolicy",
                        "putService");
        assertThat(picks(VIP)).containsExactly("10.1.1.1");
        assertThat(programmer.owner(VIP)).contains(CART);
    }

    @Test
    void shouldWriteNothingForWhatIsThereAlready() {
        MeshService cart = cart(Affinity.LOCAL, active("10.1.1.1"));
        apply(cart);
        tables.writes.clear();

        apply(cart);

        assertThat(tables.writes).isEmpty();
    }

    @Test
    void shouldMoveAServiceByItsPolicyWordFirstWhenLocalBackendsAreGone() {
        ServiceRecord east = peer("east", 2, CART, "10.2.1.1");
        apply(cart(Affinity.LOCAL, active("10.1.1.1"), active("10.1.1.2")), east);
        tables.writes.clear();
        DesiredService without = merge.merge(cart(Affinity.LOCAL), exported(List.of(east)));

        programmer.relieve(without);

        assertThat(tables.writes).containsExactly("setPolicy", "setBackendState", "setBackendState");
        assertThat(picks(VIP)).containsExactly("10.2.1.1");
        tables.writes.clear();
        programmer.apply(without);
        assertThat(tables.writes).containsExactly("putService", "removeBackend", "removeBackend");
        assertThat(picks(VIP)).containsExactly("10.2.1.1");
    }

    @Test
    void shouldNotRefuseConnectsWhileTheOnlyBackendIsReplaced() {
        apply(cart(Affinity.NONE, active("10.1.1.1")));
        tables.afterEach = write -> assertThat(picks(VIP)).as("after %s", write).isNotEmpty();

        apply(cart(Affinity.NONE, active("10.1.1.2")));

        assertThat(picks(VIP)).containsExactly("10.1.1.2");
        assertThat(TableView.backends(tables)).isOne();
    }

    @Test
    void shouldDrainATerminatingBackend() {
        ServiceRecord east = peer("east", 2, CART, "10.2.1.1");
        apply(cart(Affinity.LOCAL, active("10.1.1.1")), east);

        apply(cart(Affinity.LOCAL, ending("10.1.1.1")), east);

        assertThat(picks(VIP)).containsExactly("10.2.1.1");
        apply(cart(Affinity.LOCAL, ending("10.1.1.1")));
        assertThat(picks(VIP)).as("nobody else is left").containsExactly("10.1.1.1");
    }

    @Test
    void shouldKeepTheNumbersOfOtherClustersWhenOneLeaves() {
        ServiceRecord east = peer("east", 2, CART, "10.2.1.1");
        ServiceRecord north = peer("north", 3, CART, "10.3.1.1");
        apply(cart(Affinity.NONE, active("10.1.1.1")), east, north);

        apply(cart(Affinity.NONE, active("10.1.1.1")), north);
        ServiceEntry withHole = tables.service(VIP).orElseThrow();
        apply(cart(Affinity.NONE, active("10.1.1.1")), north, peer("south", 4, CART, "10.4.1.1"));

        assertThat(withHole.slots()).extracting(ServiceEntry.Slot::clusterId).containsExactly(1, 0, 3);
        assertThat(tables.service(VIP).orElseThrow().slots())
                .extracting(ServiceEntry.Slot::clusterId)
                .containsExactly(1, 4, 3);
        assertThat(picks(VIP)).containsExactly("10.1.1.1", "10.3.1.1", "10.4.1.1");
    }

    @Test
    void shouldRemoveInReverse() {
        apply(cart(Affinity.NONE, active("10.1.1.1")));
        tables.writes.clear();

        programmer.apply(DesiredService.nothing(CART));

        assertThat(tables.writes).containsExactly("setPolicy", "removeService", "removeBackend");
        assertThat(programmer.usage()).isEqualTo(new Programmer.Usage(0, 0, 0));
    }

    @Test
    void shouldShareABackendAmongServicesAndKeepItForTheLastOne() {
        ServiceName other = ServiceName.parse("shop/basket");
        apply(cart(Affinity.NONE, active("10.1.1.1")));
        apply(west(other, Affinity.NONE, "10.101.0.10", active("10.1.1.1")));
        assertThat(TableView.backends(tables)).isOne();

        programmer.apply(DesiredService.nothing(CART));

        assertThat(picks(new FrontendKey(ip("10.101.0.10"), tcp(80)))).containsExactly("10.1.1.1");
    }

    @Test
    void shouldLetTheFirstServiceKeepAFrontend() {
        ServiceName thief = ServiceName.parse("a/thief");
        MeshService theirs = west(thief, Affinity.NONE, "10.101.0.9", active("10.1.1.66"));
        apply(cart(Affinity.NONE, active("10.1.1.1")));

        List<Finding> findings = apply(theirs);

        assertThat(findings).extracting(Finding::kind).containsExactly(Finding.Kind.FRONTEND_TAKEN);
        assertThat(findings.getFirst().message()).contains("a/thief", "shop/cart", "10.101.0.9:80/TCP");
        assertThat(picks(VIP)).containsExactly("10.1.1.1");
        programmer.apply(DesiredService.nothing(CART));
        assertThat(apply(theirs)).isEmpty();
        assertThat(picks(VIP)).containsExactly("10.1.1.66");
    }

    @Test
    void shouldAdoptWhatAnEarlierAgentLeftWithoutWriting() {
        MeshService cart = cart(Affinity.LOCAL, active("10.1.1.1"), active("10.1.1.2"));
        ServiceRecord east = peer("east", 2, CART, "10.2.1.1", "10.2.1.2", "10.2.1.3");
        apply(cart, east);
        var before = TableView.of(tables);
        tables.writes.clear();

        programmer = new Programmer(tables, clock);
        assertThat(programmer.usage()).isEqualTo(new Programmer.Usage(1, 5, 8 + 8));
        apply(cart, east);
        int pruned = programmer.prune();

        assertThat(tables.writes).isEmpty();
        assertThat(pruned).isZero();
        assertThat(TableView.of(tables)).isEqualTo(before);
    }

    @Test
    void shouldPruneWhatNobodyClaimsAfterARestart() {
        apply(cart(Affinity.NONE, active("10.1.1.1")));
        apply(west(ServiceName.parse("shop/old"), Affinity.NONE, "10.101.0.10", active("10.1.1.9")));
        programmer = new Programmer(tables, clock);
        apply(cart(Affinity.NONE, active("10.1.1.1")));
        assertThat(tables.services()).as("before the prune").hasSize(2);

        int pruned = programmer.prune();

        assertThat(pruned).isOne();
        assertThat(tables.services()).containsOnlyKeys(VIP);
        assertThat(TableView.backends(tables)).isOne();
    }

    @Test
    void shouldReportAFullBackendArrayAndKeepWhatWorks() {
        MemoryServiceTables small = new MemoryServiceTables(new Capacity(16, 4, 20_000));
        programmer = new Programmer(small, clock);
        apply(cart(Affinity.NONE, active("10.1.1.1"), active("10.1.1.2")));

        List<Finding> findings = apply(
                cart(Affinity.NONE, active("10.1.1.2"), active("10.1.1.3"), active("10.1.1.4"), active("10.1.1.5")));

        assertThat(findings).extracting(Finding::kind).containsExactly(Finding.Kind.MAP_FULL);
        assertThat(findings.getFirst().message()).contains("shop/cart", "backend array", "capacity 4");
        assertThat(new BackendPicker(small, () -> 7).pick(VIP))
                .isInstanceOfSatisfying(
                        Pick.Chosen.class,
                        chosen -> assertThat(chosen.backend().ip()).isEqualTo(ip("10.1.1.2")));
    }

    @Test
    void shouldReportAFullServiceMap() {
        programmer = new Programmer(new MemoryServiceTables(new Capacity(1, 16, 2000)), clock);
        apply(cart(Affinity.NONE, active("10.1.1.1")));

        List<Finding> findings =
                apply(west(ServiceName.parse("shop/late"), Affinity.NONE, "10.101.0.10", active("10.1.1.9")));

        assertThat(findings).extracting(Finding::kind).containsExactly(Finding.Kind.MAP_FULL);
        assertThat(programmer.usage().frontends()).isOne();
    }

    @Test
    void shouldServeWithSmallerTablesWhenTheArenaIsNearlyFull() {
        MemoryServiceTables small = new MemoryServiceTables(new Capacity(4, 64, 600));
        programmer = new Programmer(small, clock);

        List<Finding> findings = apply(with(
                Balancing.Algorithm.MAGLEV,
                cart(
                        Affinity.NONE,
                        active("10.1.1.1"),
                        active("10.1.1.2"),
                        active("10.1.1.3"),
                        active("10.1.1.4"),
                        active("10.1.1.5"),
                        active("10.1.1.6"))));

        assertThat(findings).extracting(Finding::kind).containsExactly(Finding.Kind.MAP_FULL);
        assertThat(small.service(VIP).orElseThrow().slots().getFirst().tableSize())
                .isEqualTo(509);
        assertThat(small.policy(0)).isNotEqualTo(PolicyWord.OFF);
    }

    @Test
    void shouldGiveTcpExactTablesAndUdpConsistentOnes() {
        MeshService cart = cart(Affinity.NONE, active("10.1.1.1"), active("10.1.1.2"), active("10.1.1.3"));
        apply(cart);
        assertThat(table(VIP).tableSize()).isEqualTo(3);

        apply(with(Balancing.Algorithm.MAGLEV, cart));
        assertThat(table(VIP).tableSize()).isEqualTo(509);

        assertThat(Balancing.Algorithm.AUTO.of(Protocol.UDP)).isEqualTo(Balancing.Algorithm.MAGLEV);
    }

    @Test
    void shouldLeaveATableWhereItIsWhileThereIsRoom() {
        apply(cart(Affinity.NONE, active("10.1.1.1")));
        int base = table(VIP).tableBase();

        apply(cart(Affinity.NONE, backends(8)));
        assertThat(table(VIP)).isEqualTo(new ServiceEntry.Slot(1, base, 8));
        apply(cart(Affinity.NONE, backends(3)));
        assertThat(table(VIP)).isEqualTo(new ServiceEntry.Slot(1, base, 3));
        assertThat(picks(VIP)).containsExactly("10.1.1.1", "10.1.1.2", "10.1.1.3");

        apply(cart(Affinity.NONE, backends(9)));
        assertThat(table(VIP).tableBase()).isNotEqualTo(base);
        assertThat(programmer.usage().tableEntries()).isEqualTo(16);
    }

    @Test
    void shouldTakeNoRoomThatAnotherTableOfAnEarlierAgentLiesIn() {
        ServiceName other = ServiceName.parse("shop/other");
        FrontendKey theirs = new FrontendKey(ip("10.101.0.10"), tcp(80));
        for (int n = 0; n < 4; n++) {
            tables.putBackend(
                    1 + n, new BackendEntry(ip("10.1.1." + (1 + n)), tcp(8080), 1, BackendEntry.State.ACTIVE));
        }
        // side by side, without room, as tables lay before there was any
        tables.writeTable(0, new int[] {1, 2});
        tables.putService(VIP, new ServiceEntry(0, List.of(new ServiceEntry.Slot(1, 0, 2)), 0));
        tables.writeTable(2, new int[] {3, 4});
        tables.putService(theirs, new ServiceEntry(1, List.of(new ServiceEntry.Slot(1, 2, 2)), 0));
        programmer = new Programmer(tables, clock);

        apply(cart(Affinity.NONE, backends(3)));

        assertThat(tables.readTable(2, 2)).containsExactly(3, 4);
        assertThat(table(VIP).tableBase()).isGreaterThanOrEqualTo(4);
        assertThat(apply(west(other, Affinity.NONE, "10.101.0.10", active("10.1.1.3"), active("10.1.1.4"))))
                .isEmpty();
        assertThat(table(theirs).tableBase()).isEqualTo(2);
    }

    @Test
    void shouldComeBackFromARefusedWrite() {
        apply(cart(Affinity.NONE, active("10.1.1.1")));
        tables.failing = true;
        MeshService grown = cart(Affinity.NONE, active("10.1.1.1"), active("10.1.1.2"));

        List<Finding> findings = apply(grown);
        tables.failing = false;
        List<Finding> again = apply(grown);

        assertThat(findings).extracting(Finding::kind).containsExactly(Finding.Kind.WRITE_FAILED);
        assertThat(again).isEmpty();
        assertThat(picks(VIP)).containsExactly("10.1.1.1", "10.1.1.2");
    }

    private List<Finding> apply(MeshService local, ServiceRecord... remotes) {
        DesiredService service = merge.merge(local, exported(List.of(remotes)));
        programmer.relieve(service);
        return programmer.apply(service);
    }

    private static MeshService cart(Affinity affinity, MeshService.Backend... backends) {
        return west(CART, affinity, "10.101.0.9", backends);
    }

    private static MeshService.Backend[] backends(int count) {
        MeshService.Backend[] backends = new MeshService.Backend[count];
        for (int n = 0; n < count; n++) {
            backends[n] = active("10.1.1." + (1 + n));
        }
        return backends;
    }

    private static MeshService with(Balancing.Algorithm algorithm, MeshService service) {
        return new MeshService(
                service.cluster(),
                service.name(),
                service.addresses(),
                service.ports(),
                new MeshService.Policy(
                        service.policy().affinity(),
                        service.policy().shared(),
                        new Balancing(Map.of(), List.of(), 0, Map.of(), algorithm),
                        service.policy().traffic()),
                service.backends(),
                service.unready());
    }

    private ServiceEntry.Slot table(FrontendKey key) {
        return tables.service(key).orElseThrow().slots().getFirst();
    }

    private Set<String> picks(FrontendKey key) {
        BackendPicker picker = new BackendPicker(tables, () -> 0);
        Set<String> picked = new TreeSet<>();
        for (long seed = 0; seed < 200; seed++) {
            if (picker.pick(key, seed * 0x9e3779b97f4a7c15L) instanceof Pick.Chosen chosen) {
                picked.add(chosen.backend().ip().toString());
            }
        }
        return picked;
    }
}
