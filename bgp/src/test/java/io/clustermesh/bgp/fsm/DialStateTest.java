package io.clustermesh.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DialStateTest {

    private static final Timer LIMIT = Timer.of(0, Duration.ofSeconds(10));
    private static final long SECOND = 1_000_000_000L;

    @Test
    void shouldDialWhenThePauseIsOver() {
        DialState idle = new DialState.Idle(Timer.of(0, Duration.ofSeconds(1)));

        assertThat(idle.tick(LIMIT, SECOND - 1)).isEqualTo(idle);
        assertThat(idle.tick(LIMIT, SECOND)).isEqualTo(new DialState.Connect(LIMIT));
    }

    @Test
    void shouldWaitAndTryAgainAfterAFailure() {
        DialState active = new DialState.Connect(LIMIT).failed(Timer.of(0, Duration.ofSeconds(5)));

        assertThat(active.tick(LIMIT, 4 * SECOND)).isEqualTo(active);
        assertThat(active.tick(LIMIT, 5 * SECOND)).isInstanceOf(DialState.Connect.class);
    }

    @Test
    void shouldNeverDialIfPassive() {
        DialState passive = new DialState.Active(Timer.NEVER);

        assertThat(passive.tick(LIMIT, Long.MAX_VALUE)).isEqualTo(passive);
        assertThat(passive.leftNanos(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldRestWhileAConnectionStands() {
        DialState connected = new DialState.Connect(LIMIT).connected();

        assertThat(connected.tick(LIMIT, Long.MAX_VALUE)).isEqualTo(connected);
        assertThat(connected.disconnected(LIMIT)).isEqualTo(new DialState.Idle(LIMIT));
    }

    @Test
    void shouldCountAcrossTheClocksOverflow() {
        Timer timer = Timer.of(Long.MAX_VALUE - 5, Duration.ofNanos(10));

        assertThat(timer.expired(Long.MAX_VALUE)).isFalse();
        assertThat(timer.expired(Long.MIN_VALUE + 5)).isTrue();
        assertThat(timer.leftNanos(Long.MAX_VALUE)).isEqualTo(5);
    }
}
