package io.clustermesh.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.mirror.MirrorStatus;
import io.clustermesh.apiserver.mirror.MirrorStatus.State;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FirstAttemptsTest {

    private static final ClusterName EAST = new ClusterName("east");

    private final ManualClock clock = new ManualClock();
    private final List<MirrorStatus> mirrors = new ArrayList<>();
    private final FirstAttempts attempts = new FirstAttempts(Set.of(EAST), () -> mirrors, clock);

    private void east(State state, boolean connected) {
        mirrors.clear();
        mirrors.add(new MirrorStatus(
                EAST,
                state,
                new MirrorStatus.Connection(connected, Optional.empty(), Optional.empty(), 0, Optional.empty()),
                Optional.empty(),
                List.of(),
                new MirrorStatus.Owner("west-0", true, Duration.ZERO),
                new MirrorStatus.Cost(0, 0, Duration.ZERO, 0, 0)));
    }

    private boolean ready() {
        return attempts.check() instanceof Health.Verdict.Up;
    }

    @Test
    void shouldWaitForNobodyIfThereIsNobody() {
        assertThat(new FirstAttempts(Set.of(), List::of, clock).check()).isInstanceOf(Health.Verdict.Up.class);
    }

    @Test
    void shouldWaitUntilTheCopyIsWholeAndNeverAgain() {
        assertThat(attempts.check())
                .isInstanceOfSatisfying(
                        Health.Verdict.Down.class,
                        down -> assertThat(down.reason()).contains("east", "not tried yet", "15 s"));
        east(State.SYNCING, true);
        clock.advance(Duration.ofMinutes(9));
        assertThat(ready()).as("reached, and still copying").isFalse();

        east(State.READY, true);
        assertThat(ready()).isTrue();

        east(State.CONNECTING, false);
        assertThat(ready())
                .as("its later trouble is no reason to take this replica out")
                .isTrue();
    }

    @Test
    void shouldGiveUpOnADeadPeerAfterFifteenSeconds() {
        east(State.CONNECTING, false);
        clock.advance(Duration.ofSeconds(14));
        assertThat(ready()).isFalse();

        clock.advance(Duration.ofSeconds(2));
        assertThat(ready()).isTrue();
    }

    @Test
    void shouldGiveUpOnAnEndlessCopyAfterTenMinutes() {
        east(State.SYNCING, true);
        clock.advance(Duration.ofMinutes(10));

        assertThat(ready()).isTrue();
    }
}
