package io.clustermesh.nodesync.stuck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.MemoryServiceTables;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.bpf.maps.Translation;
import io.clustermesh.bpf.sockets.TranslatedSockets.Outcome;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.nodesync.ManualClock;
import io.clustermesh.nodesync.audit.WrittenTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StuckSocketsTest {

    private static final L4 PORT = new L4(Protocol.UDP, 53);
    private static final IpAddress POD = IpAddress.parse("10.2.0.7");
    private static final int INDEX = 3;
    private static final int EAST = 2;

    private final WrittenTables tables =
            new WrittenTables(new MemoryServiceTables(new ServiceTables.Capacity(4, 16, 64)));
    private final List<Set<Protocol>> looks = new ArrayList<>();
    private final StuckSockets stuck = new StuckSockets(
            (protocols, dead) -> {
                looks.add(protocols);
                return new Outcome(5, dead.test(socket(POD)) ? 1 : 0, 0, 1, 0, Optional.empty());
            },
            tables,
            Set.of(Protocol.UDP),
            new ManualClock());

    @AfterEach
    void close() {
        tables.close();
    }

    private static Translation socket(IpAddress pod) {
        return new Translation(
                new FrontendKey(IpAddress.parse("10.96.0.1"), PORT),
                pod,
                PORT,
                Optional.of(new Translation.Entries(1, INDEX, EAST)));
    }

    private void backend(IpAddress pod, BackendEntry.State state) {
        tables.putBackend(INDEX, new BackendEntry(pod, PORT, EAST, state));
    }

    @Test
    void shouldLeaveSocketsOnBackendsThatLiveOrFinish() {
        backend(POD, BackendEntry.State.ACTIVE);
        assertThat(stuck.isDead(socket(POD))).isFalse();

        tables.setBackendState(INDEX, BackendEntry.State.TERMINATING);
        assertThat(stuck.isDead(socket(POD))).isFalse();

        tables.setBackendState(INDEX, BackendEntry.State.MAINTENANCE);
        assertThat(stuck.isDead(socket(POD))).isFalse();
    }

    @Test
    void shouldFindBackendsGoneQuarantinedReplacedOrInALostCluster() {
        assertThat(stuck.isDead(socket(POD))).as("gone").isTrue();

        backend(POD, BackendEntry.State.QUARANTINED);
        assertThat(stuck.isDead(socket(POD))).as("quarantined").isTrue();

        backend(IpAddress.parse("10.2.0.8"), BackendEntry.State.ACTIVE);
        assertThat(stuck.isDead(socket(POD))).as("another's entry").isTrue();

        backend(POD, BackendEntry.State.ACTIVE);
        tables.setClusterDown(EAST, true);
        assertThat(stuck.isDead(socket(POD))).as("cluster down").isTrue();
    }

    @Test
    void shouldLeaveSocketsOfWhichTheTablesSayNothing() {
        Translation old = new Translation(socket(POD).frontend(), POD, PORT, Optional.empty());

        assertThat(stuck.isDead(old)).isFalse();
    }

    @Test
    void shouldLookTwiceAfterALossAndTellWhatItDid() throws InterruptedException {
        backend(POD, BackendEntry.State.ACTIVE);
        tables.onLoss(stuck::lost);
        tables.removeBackend(INDEX);

        stuck.doWork();

        assertThat(looks).containsExactly(Set.of(Protocol.UDP), Set.of(Protocol.UDP));
        assertThat(stuck.report()).isEqualTo(new StuckReport(Set.of(Protocol.UDP), 2, 2, 0, 5, Optional.empty()));
    }

    @Test
    void shouldSayWhatCouldNotBeLookedInto() throws InterruptedException {
        StuckSockets blind = new StuckSockets(
                (protocols, dead) -> new Outcome(2, 0, 0, 3, 4, Optional.of("/proc/7/ns/net: EPERM")),
                tables,
                Set.of(Protocol.UDP),
                new ManualClock());

        blind.look();

        assertThat(blind.report().lastError().orElseThrow())
                .startsWith("4 of 7 network namespaces could not be looked into (/proc/7/ns/net: EPERM)");
    }

    @Test
    void shouldSayWhyALookCameToNothing() {
        StuckSockets failing = new StuckSockets(
                (protocols, dead) -> {
                    throw new IllegalStateException("no inet_diag");
                },
                tables,
                Set.of(Protocol.UDP),
                new ManualClock());

        assertThatThrownBy(failing::look).isInstanceOf(IllegalStateException.class);
        assertThat(failing.report().lastError()).contains("no inet_diag");
    }
}
