package io.clustermesh.apiserver.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.store.runtime.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WatchQuotaTest {

    private final ManualClock clock = new ManualClock();
    private final WatchQuota quota = new WatchQuota(new ServiceLimits.Watches(100, 100, 1000, 10), clock);

    @Test
    void shouldLetAConnectionCreateABurstAndThenItsRate() {
        WatchQuota.Share share = quota.join("a");
        for (int i = 0; i < 10; i++) {
            assertThat(share.take(i)).isTrue();
        }
        assertThat(share.pauseNanos()).isZero();

        share.take(10);
        assertThat(Duration.ofNanos(share.pauseNanos())).isEqualTo(Duration.ofMillis(100));
        share.take(11);
        assertThat(Duration.ofNanos(share.pauseNanos())).isEqualTo(Duration.ofMillis(200));
        assertThat(quota.join("b").pauseNanos()).as("another connection").isZero();

        clock.advance(Duration.ofMillis(200));
        assertThat(share.pauseNanos()).isZero();
    }

    @Test
    void shouldRememberAConnectionAsLongAsAStreamOfItIsOpen() {
        WatchQuota.Share first = quota.join("a");
        WatchQuota.Share second = quota.join("a");
        assertThat(second).isSameAs(first);

        first.leave();
        assertThat(quota.join("a")).isSameAs(first);
        first.leave();
        first.leave();
        assertThat(quota.join("a")).isNotSameAs(first);
    }
}
