package io.clustermesh.nodesync.audit;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.WEST_ID;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.ip;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.tcp;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.nodesync.ManualClock;
import io.clustermesh.nodesync.agent.Changes;
import io.clustermesh.nodesync.agent.ServiceKeeper;
import io.clustermesh.nodesync.agent.Source;
import io.clustermesh.store.runtime.HopTrace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Somebody changes the tables behind the agent's back; the audit must see it, say it once, and bring back what was there.
 * The tables are the subclass's.
 */
abstract class AuditorContract {

    static final Capacity CAPACITY = new Capacity(8, 64, 16_384);
    private static final Duration EVERY = Duration.ofSeconds(60);
    private static final FrontendKey VIP = new FrontendKey(ip("10.101.0.9"), tcp(80));
    private static final FrontendKey FOREIGN = new FrontendKey(ip("10.101.0.99"), tcp(80));
    private static final int FREE_INDEX = 40;

    private final ManualClock clock = new ManualClock();

    /** Tables that nobody has written to. */
    abstract ServiceTables tables();

    private record Agent(ServiceTables raw, ServiceKeeper keeper, Auditor auditor) {

        /** Everything that a connect may meet, in order. */
        List<String> picture() {
            List<String> picture = new ArrayList<>();
            new TreeMap<>(raw.services()).forEach((key, entry) -> {
                picture.add(key + " " + entry + " " + raw.policy(entry.serviceId()));
                entry.slots()
                        .forEach(slot ->
                                picture.add(Arrays.toString(raw.readTable(slot.tableBase(), slot.tableSize()))));
            });
            for (int index = 1; index < raw.capacity().backends(); index++) {
                int number = index;
                raw.backend(index).ifPresent(it -> picture.add(number + " " + it));
            }
            for (int cluster = 0; cluster < ServiceTables.CLUSTERS; cluster++) {
                if (raw.isClusterDown(cluster)) {
                    picture.add("down " + cluster);
                }
            }
            return picture;
        }

        AuditReport audit() {
            AuditReport report = auditor.now();
            keeper.settle();
            return report;
        }
    }

    private Agent agent = agentOn(new io.clustermesh.bpf.maps.MemoryServiceTables(CAPACITY));

    @BeforeEach
    void installTwoServices() {
        agent = agentOn(tables());
        take(west(CART, Affinity.LOCAL, "10.101.0.9", active("10.1.1.1"), active("10.1.1.2")));
        take(peer("east", 2, CART, "10.2.1.1", "10.2.1.2"));
        take(west(ServiceName.parse("shop/till"), Affinity.NONE, "10.101.0.10", active("10.1.1.9")));
        for (Source source : Source.values()) {
            agent.keeper().take(source, Changes.SYNCED);
        }
        agent.keeper().settle();
    }

    private Agent agentOn(ServiceTables raw) {
        WrittenTables written = new WrittenTables(raw);
        ServiceKeeper keeper = new ServiceKeeper(WEST, WEST_ID, written, clock, new HopTrace(clock, 10));
        return new Agent(raw, keeper, new Auditor(written, keeper, clock, EVERY));
    }

    private void take(MeshService service) {
        agent.keeper().take(Source.OWN, Changes.upsert(service));
    }

    private void take(ServiceRecord service) {
        agent.keeper().take(Source.PEERS, Changes.upsert(service));
    }

    private ServiceEntry entry() {
        return agent.raw().service(VIP).orElseThrow();
    }

    private int firstBackend() {
        ServiceEntry.Slot slot = entry().slots().getFirst();
        return agent.raw().tableEntry(slot.tableBase());
    }

    private void shouldRepair(Drift kind, Consumer<ServiceTables> corruption) {
        List<String> before = agent.picture();
        corruption.accept(agent.raw());
        assertThat(agent.picture()).as("corrupted").isNotEqualTo(before);

        AuditReport report = agent.audit();

        assertThat(report.drift()).isEqualTo(Map.of(kind, 1L));
        assertThat(report.last())
                .hasSize(1)
                .allSatisfy(it -> assertThat(it.kind()).isEqualTo(kind));
        assertThat(agent.picture()).isEqualTo(before);
        assertThat(agent.audit().total()).as("found again").isEqualTo(1);
    }

    @Test
    void shouldFindNothingInTablesThatNobodyTouched() {
        AuditReport report = agent.audit();

        assertThat(report.total()).isZero();
        assertThat(report.audits()).isEqualTo(1);
        assertThat(report.checked().frontends()).isEqualTo(2);
        assertThat(report.checked().tableEntries()).isEqualTo(2 + 2 + 1);
    }

    @Test
    void shouldPutAMissingFrontendBack() {
        shouldRepair(Drift.FRONTEND_MISSING, tables -> tables.removeService(VIP));
    }

    @Test
    void shouldPutAChangedFrontendBack() {
        ServiceEntry entry = entry();
        shouldRepair(
                Drift.FRONTEND_CHANGED,
                tables -> tables.putService(
                        VIP,
                        new ServiceEntry(
                                entry.serviceId(), List.of(entry.slots().getFirst()))));
    }

    @Test
    void shouldRemoveAFrontendThatNobodyWrote() {
        ServiceEntry entry = entry();
        shouldRepair(Drift.FRONTEND_FOREIGN, tables -> tables.putService(FOREIGN, entry));
    }

    @Test
    void shouldWriteThePolicyWordAgain() {
        int id = entry().serviceId();
        shouldRepair(Drift.POLICY, tables -> tables.setPolicy(id, PolicyWord.OFF));
    }

    @Test
    void shouldBuildATableAnew() {
        ServiceEntry.Slot slot = entry().slots().getFirst();
        shouldRepair(Drift.TABLE, tables -> tables.writeTable(slot.tableBase() + 1, new int[] {0}));
    }

    @Test
    void shouldPutABackendBack() {
        int index = firstBackend();
        shouldRepair(Drift.BACKEND_CHANGED, tables -> tables.removeBackend(index));
    }

    @Test
    void shouldPutTheStateOfABackendBack() {
        int index = firstBackend();
        shouldRepair(Drift.BACKEND_STATE, tables -> tables.setBackendState(index, BackendEntry.State.MAINTENANCE));
    }

    @Test
    void shouldClearABackendThatNobodyWrote() {
        shouldRepair(
                Drift.BACKEND_FOREIGN,
                tables -> tables.putBackend(
                        FREE_INDEX, new BackendEntry(ip("10.66.6.6"), tcp(666), 2, BackendEntry.State.ACTIVE)));
    }

    @Test
    void shouldClearAClusterDownBitThatNobodySet() {
        shouldRepair(Drift.CLUSTER_DOWN, tables -> tables.setClusterDown(2, true));
    }

    @Test
    void shouldCountEachKindWhenEverythingIsWrong() {
        List<String> before = agent.picture();
        ServiceEntry entry = entry();
        ServiceTables raw = agent.raw();
        raw.writeTable(entry.slots().getFirst().tableBase(), new int[] {60});
        raw.setPolicy(entry.serviceId(), PolicyWord.OFF);
        raw.putService(FOREIGN, entry);
        raw.putService(VIP, new ServiceEntry(entry.serviceId(), List.of()));
        raw.setClusterDown(1, true);

        AuditReport report = agent.audit();

        assertThat(report.drift())
                .containsOnlyKeys(
                        Drift.TABLE, Drift.POLICY, Drift.FRONTEND_FOREIGN, Drift.FRONTEND_CHANGED, Drift.CLUSTER_DOWN);
        assertThat(agent.picture()).isEqualTo(before);
    }

    @Test
    void shouldAuditByItselfOnceTheTimeHasComeAndAPieceAtATime() {
        agent.raw().removeService(VIP);
        agent.auditor().step();
        assertThat(agent.auditor().report()).isEqualTo(AuditReport.NONE);

        clock.advance(EVERY);
        int steps = 0;
        while (agent.auditor().report().audits() == 0) {
            agent.auditor().step();
            steps++;
        }

        assertThat(steps).isGreaterThan(2).isLessThan(10);
        assertThat(agent.auditor().report().drift()).isEqualTo(Map.of(Drift.FRONTEND_MISSING, 1L));
        assertThat(agent.raw().service(VIP)).isPresent();
    }

    @Test
    void shouldNotTakeAChangeBetweenTwoPiecesForDrift() {
        clock.advance(EVERY);
        agent.auditor().step();
        take(west(CART, Affinity.REMOTE, "10.101.0.9", active("10.1.1.3")));
        agent.keeper().settle();
        agent.auditor().step();
        take(peer("east", 2, CART, "10.2.1.7"));
        agent.keeper().settle();

        while (agent.auditor().report().audits() == 0) {
            agent.auditor().step();
        }

        assertThat(agent.auditor().report().total()).isZero();
    }

    @Test
    void shouldCountWhatAnEarlierAgentLeftAsWritten() {
        List<String> before = agent.picture();
        Agent next = agentOn(agent.raw());
        assertThat(next.audit()).as("before its sources are complete").isEqualTo(AuditReport.NONE);

        agent = next;
        take(west(CART, Affinity.LOCAL, "10.101.0.9", active("10.1.1.1"), active("10.1.1.2")));
        take(peer("east", 2, CART, "10.2.1.1", "10.2.1.2"));
        take(west(ServiceName.parse("shop/till"), Affinity.NONE, "10.101.0.10", active("10.1.1.9")));
        for (Source source : Source.values()) {
            next.keeper().take(source, Changes.SYNCED);
        }
        next.keeper().settle();

        assertThat(next.audit().total()).isZero();
        assertThat(next.picture()).isEqualTo(before);
    }
}
