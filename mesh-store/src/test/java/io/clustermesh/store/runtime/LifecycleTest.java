package io.clustermesh.store.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LifecycleTest {

    private final ManualClock clock = new ManualClock();
    private final Lifecycle lifecycle = new Lifecycle("test", clock);
    private final List<String> seen = new CopyOnWriteArrayList<>();

    private class Recorder implements Agent {
        @Override
        public String roleName() {
            return "recorder";
        }

        @Override
        public void onStart() {
            seen.add("start on " + Thread.currentThread().getName());
        }

        @Override
        public void doWork() throws InterruptedException {
            seen.add("work");
            clock.sleep(Duration.ofHours(1));
        }

        @Override
        public void onClose() {
            seen.add("close" + (Thread.currentThread().isInterrupted() ? " interrupted" : ""));
        }
    }

    @Test
    void shouldStopPartsInReverse() {
        lifecycle.own("first", () -> seen.add("first"));
        lifecycle.own("second", () -> seen.add("second"));

        lifecycle.close();
        lifecycle.close();

        assertThat(seen).containsExactly("second", "first");
    }

    @Test
    void shouldKeepWhatTellsOfItToTheEnd() {
        lifecycle.own("first", () -> seen.add("first"));
        lifecycle.ownToTheEnd("admin API", () -> seen.add("admin API"));
        lifecycle.own("second", () -> seen.add("second"));

        lifecycle.close();

        assertThat(seen).containsExactly("second", "first", "admin API");
    }

    @Test
    void shouldNotBeReadyOnceItStops() {
        Health health = new Health();
        health.readiness("cache", Health::up);
        lifecycle.own("readiness", health::stopping);
        assertThat(health.ready().up()).isTrue();

        lifecycle.close();

        assertThat(health.ready().up()).isFalse();
        assertThat(health.ready().checks()).containsEntry("cache", "ok").containsKey("stopping");
        assertThat(health.live().up()).as("it needs no restart").isTrue();
    }

    @Test
    void shouldGoOnStoppingAfterAPartFailed() {
        lifecycle.own("first", () -> seen.add("first"));
        lifecycle.own("broken", () -> {
            throw new IllegalStateException("stuck");
        });

        lifecycle.close();

        assertThat(seen).containsExactly("first");
    }

    @Test
    void shouldRunAnAgentOnItsOwnNamedThreadAndCloseItThere() {
        lifecycle.run(new Recorder());
        await().until(() -> clock.sleepers() == 1);

        lifecycle.close();

        assertThat(seen).containsExactly("start on test/recorder", "work", "close");
    }

    @Test
    void shouldPauseLongerAfterEachFailureAndForgetThemAfterASuccess() {
        AtomicInteger calls = new AtomicInteger();
        lifecycle.run(new Agent() {
            @Override
            public String roleName() {
                return "failing";
            }

            @Override
            public void doWork() throws InterruptedException {
                if (calls.incrementAndGet() <= 2) {
                    throw new IllegalStateException("attempt " + calls.get());
                }
                clock.sleep(Duration.ofHours(1));
            }
        });

        await().until(() -> calls.get() == 1 && clock.sleepers() == 1);
        clock.advance(Duration.ofMillis(50));
        await().until(() -> calls.get() == 2 && clock.sleepers() == 1);
        clock.advance(Duration.ofMillis(100));
        await().until(() -> calls.get() == 3 && clock.sleepers() == 1);
        lifecycle.close();
    }

    @Test
    void shouldEndTheProcessWhenAnAgentDies() {
        lifecycle.own("part", () -> seen.add("part"));
        lifecycle.run(new Agent() {
            @Override
            public String roleName() {
                return "stillborn";
            }

            @Override
            public void onStart() {
                throw new IllegalStateException("no table");
            }

            @Override
            public void doWork() {}
        });

        assertThatIllegalStateException().isThrownBy(lifecycle::awaitShutdown).withMessageContaining("no table");
        assertThat(seen).containsExactly("part");
    }

    @Test
    void shouldReturnFromAwaitShutdownWhenClosed() throws InterruptedException {
        Thread closer = Thread.ofVirtual().start(lifecycle::close);

        lifecycle.awaitShutdown();
        closer.join();

        assertThat(seen).isEmpty();
    }
}
