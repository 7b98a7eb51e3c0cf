package io.clustermesh.store.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.runtime.HopTrace.Hop;
import io.opentelemetry.api.metrics.LongCounter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RuntimePartsTest {

    private final ManualClock clock = new ManualClock();

    @Test
    void shouldDoubleTheBackoffUpToItsCeiling() {
        Backoff backoff = new Backoff(Duration.ofMillis(20), Duration.ofMillis(100));

        assertThat(backoff.afterFailure()).isBetween(Duration.ofMillis(10), Duration.ofMillis(20));
        assertThat(backoff.afterFailure()).isBetween(Duration.ofMillis(20), Duration.ofMillis(40));
        assertThat(backoff.afterFailure()).isBetween(Duration.ofMillis(40), Duration.ofMillis(80));
        assertThat(backoff.afterFailure()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
        for (int i = 0; i < 100; i++) {
            assertThat(backoff.afterFailure()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
        }
        assertThat(backoff.failures()).isEqualTo(104);

        backoff.succeeded();

        assertThat(backoff.afterFailure()).isLessThanOrEqualTo(Duration.ofMillis(20));
    }

    @Test
    void shouldDeliverMailInOrderAndInBatches() throws InterruptedException {
        Mailbox<Integer> mailbox = new Mailbox<>(4);
        for (int i = 1; i <= 4; i++) {
            mailbox.put(i);
        }

        assertThat(mailbox.offer(5)).isFalse();
        assertThat(mailbox.pollAll(Duration.ZERO, 3)).containsExactly(1, 2, 3);
        assertThat(mailbox.size()).isEqualTo(1);
        assertThat(mailbox.poll(Duration.ZERO)).contains(4);
        assertThat(mailbox.poll(Duration.ZERO)).isEmpty();
        assertThat(mailbox.pollAll(Duration.ZERO, 3)).isEmpty();
    }

    @Test
    void shouldMakeTheSenderWaitForRoom() throws InterruptedException {
        Mailbox<Integer> mailbox = new Mailbox<>(1);
        mailbox.put(1);
        AtomicBoolean delivered = new AtomicBoolean();
        Thread sender = Thread.ofVirtual().start(() -> {
            try {
                mailbox.put(2);
                delivered.set(true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> sender.getState() == Thread.State.WAITING);
        assertThat(delivered).isFalse();

        assertThat(mailbox.poll(Duration.ZERO)).contains(1);
        sender.join();

        assertThat(mailbox.poll(Duration.ZERO)).contains(2);
    }

    @Test
    void shouldKeepTheLastHops() {
        HopTrace trace = new HopTrace(clock, 2);
        trace.mark(Hop.SOURCE, "shop/cart", "west");
        clock.advance(Duration.ofMillis(3));
        trace.mark(Hop.PUBLISHED, "shop/cart", "west");
        trace.mark(Hop.APPLIED, "shop/pay", "east");

        assertThat(trace.entries())
                .containsExactly(
                        new HopTrace.Entry(Hop.PUBLISHED, "shop/cart", "west", clock.now()),
                        new HopTrace.Entry(Hop.APPLIED, "shop/pay", "east", clock.now()));
    }

    @Test
    void shouldBeUpUnlessACheckIsDown() {
        Health health = new Health();
        assertThat(health.ready().up()).isTrue();

        health.readiness("store", Health::up);
        health.readiness("peer", () -> Health.down("east has not answered for 40 s"));
        health.readiness("odd", () -> {
            throw new IllegalStateException("bug");
        });

        assertThat(health.live().up()).isTrue();
        assertThat(health.ready().up()).isFalse();
        assertThat(health.ready().checks())
                .containsAllEntriesOf(Map.of("store", "ok", "peer", "east has not answered for 40 s"))
                .hasEntrySatisfying("odd", reason -> assertThat(reason).contains("bug"));
    }

    @Test
    void shouldShowWhatMetersCountedAsPrometheusText() {
        try (Metrics metrics = new Metrics()) {
            LongCounter counter = metrics.meter("test")
                    .counterBuilder("test.events")
                    .setUnit("{event}")
                    .setDescription("Events seen.")
                    .build();
            counter.add(3);

            String text = new String(metrics.prometheusText(), StandardCharsets.UTF_8);

            assertThat(text)
                    .contains("# HELP test_events_total Events seen.")
                    .containsPattern("test_events_total\\{[^}]*} 3\\.0")
                    .contains("process_memory_usage_bytes")
                    .contains("process_cpu_time_seconds_total");
        }
    }
}
