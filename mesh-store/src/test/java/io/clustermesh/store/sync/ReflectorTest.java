package io.clustermesh.store.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReflectorTest {

    private final InMemoryKvStore store = new InMemoryKvStore();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final Reflector reflector;

    ReflectorTest() {
        store.put("a/1", "x");
        store.put("b/1", "other prefix");
        reflector = Reflector.start("test", store, KeyRange.prefix("a/"), this::take, Clock.system());
    }

    @AfterEach
    void stop() {
        reflector.close();
    }

    private void take(List<Change> changes) {
        for (Change change : changes) {
            seen.add(
                    switch (change) {
                        case Change.Upsert(KeyValue entry) -> "+" + entry.key() + "=" + entry.text();
                        case Change.Delete(String key) -> "-" + key;
                        case Change.Synced(Revision ignored) -> "synced";
                    });
        }
    }

    private void awaitSeen(String... expected) {
        await().untilAsserted(() -> assertThat(seen).containsExactly(expected));
    }

    private void awaitWatch() {
        await().until(() -> reflector.freshness().connected());
    }

    @Test
    void shouldTellTheListThenSyncedThenChanges() {
        awaitWatch();

        store.put("a/2", "y");
        store.put("a/1", "z");
        store.delete("a/2");

        awaitSeen("+a/1=x", "synced", "+a/2=y", "+a/1=z", "-a/2");
    }

    @Test
    void shouldGoOnFromTheLastRevisionAfterABreak() {
        awaitWatch();
        store.unreachable(true);
        await().until(() -> !reflector.freshness().connected());
        store.unreachable(false);
        store.put("a/2", "y");

        awaitSeen("+a/1=x", "synced", "+a/2=y");
        assertThat(reflector.freshness().failures()).isPositive();
        assertThat(reflector.freshness().lastFailure().orElseThrow().reason()).contains("unreachable");
    }

    @Test
    void shouldListAgainAfterACompactionAndTellWhatVanished() {
        store.put("a/2", "y");
        awaitWatch();
        await().until(() -> seen.contains("+a/2=y"));
        seen.clear();

        store.unreachable(true);
        await().until(() -> !reflector.freshness().connected());
        synchronized (store) {
            store.unreachable(false);
            store.delete("a/1");
            store.put("a/3", "new");
            store.compact();
            store.put("c/1", "elsewhere");
            store.compact();
        }

        awaitSeen("+a/3=new", "-a/1", "synced");
    }

    @Test
    void shouldTellEverythingAgainFromAnotherHistory() {
        awaitWatch();

        synchronized (store) {
            store.replace(99);
            store.put("a/1", "x");
            store.put("a/9", "n");
        }

        awaitSeen("+a/1=x", "synced", "+a/1=x", "+a/9=n", "synced");
    }

    @Test
    void shouldKeepTryingUntilTheStoreIsThere() {
        InMemoryKvStore later = new InMemoryKvStore();
        later.unreachable(true);
        seen.clear();
        try (Reflector waiting = Reflector.start("late", later, KeyRange.prefix("z/"), this::take, Clock.system())) {
            await().until(() -> waiting.freshness().failures() > 1);
            assertThat(waiting.freshness().synced()).isFalse();

            later.unreachable(false);

            await().until(() -> waiting.freshness().connected());
            assertThat(waiting.freshness().synced()).isTrue();
        }
        await().until(() -> later.watchCount() == 0);
    }

    @Test
    void shouldBeHeldBackByItsConsumerAndStillStop() {
        CountDownLatch never = new CountDownLatch(1);
        Reflector stuck =
                Reflector.start("stuck", store, KeyRange.prefix("a/"), changes -> never.await(), Clock.system());

        stuck.close();

        assertThat(stuck.freshness().synced()).isFalse();
    }
}
