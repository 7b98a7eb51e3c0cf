package io.clustermesh.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.store.kv.memory.InMemoryKvStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two allocators of one cluster want the same label sets at the same time. */
@Timeout(60)
class RaceTest {

    @Test
    void shouldAgreeOnOneIdentityForEachLabelSet() throws InterruptedException {
        InMemoryKvStore store = new InMemoryKvStore();
        Bench one = new Bench(store, Bench.range(65_536, 65_536 + 40), "one");
        Bench two = new Bench(store, Bench.range(65_536, 65_536 + 40), "two");
        for (int i = 0; i < 40; i++) {
            one.want("app-" + i);
        }

        Thread first = Thread.ofPlatform().start(() -> settle(one));
        Thread second = Thread.ofPlatform().start(() -> settle(two));
        first.join();
        second.join();

        assertThat(one.agent.status().identities()).hasSize(40);
        assertThat(two.agent.status().identities())
                .containsExactlyElementsOf(one.agent.status().identities());
    }

    private static void settle(Bench bench) {
        while (bench.agent.status().identities().size() < 40) {
            bench.turnAfter(Duration.ofMillis(100));
        }
    }
}
