package io.clustermesh.store.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.Clock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SyncStoreTest {

    private static final String CANARY = "synced/a";

    private final InMemoryKvStore store = new InMemoryKvStore();
    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private Optional<SyncStore> running = Optional.empty();

    private SyncStore start() {
        SyncStore writer = SyncStore.start(
                SyncStore.Options.of("test", List.of("a/"), Optional.of(CANARY)),
                store,
                acknowledged::add,
                Clock.system());
        running = Optional.of(writer);
        return writer;
    }

    @AfterEach
    void stop() {
        running.ifPresent(SyncStore::close);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, String> contents() {
        return store.list(KeyRange.prefix("a/")).entries().stream()
                .collect(Collectors.toMap(KeyValue::key, KeyValue::text));
    }

    private static void awaitSynced(SyncStore writer) {
        await().until(() -> writer.status().synced());
    }

    @Test
    void shouldDeleteStaleKeysThenWriteTheCanary() {
        store.put("a/stale", "old");
        SyncStore writer = start();
        writer.upsert("a/1", bytes("x"));

        await().until(() -> acknowledged.contains("a/1"));
        assertThat(contents()).containsOnlyKeys("a/1", "a/stale");
        assertThat(store.get(CANARY)).isEmpty();
        writer.markSynced();

        awaitSynced(writer);
        assertThat(contents()).isEqualTo(Map.of("a/1", "x"));
        assertThat(acknowledged).containsExactly("a/1", "a/stale", CANARY);
        assertThat(store.get("a/1").orElseThrow().leaseId()).isNotZero();
    }

    @Test
    void shouldWriteTheCanaryOfAnEmptyMap() {
        SyncStore writer = start();

        writer.markSynced();

        awaitSynced(writer);
        assertThat(store.get(CANARY)).isPresent();
    }

    @Test
    void shouldNotRewriteEqualValuesAndShouldFollowChanges() {
        SyncStore writer = start();
        writer.upsert("a/1", bytes("x"));
        writer.upsert("a/2", bytes("y"));
        writer.markSynced();
        awaitSynced(writer);
        Listing before = store.list(KeyRange.prefix("a/"));

        writer.upsert("a/1", bytes("x"));
        writer.upsert("a/2", bytes("z"));
        await().until(() -> contents().equals(Map.of("a/1", "x", "a/2", "z")));
        writer.delete("a/2");
        await().until(() -> contents().equals(Map.of("a/1", "x")));

        assertThat(store.get("a/1").orElseThrow().version())
                .isEqualTo(before.entries().getFirst().version());
    }

    @Test
    void shouldTakeOverWhatAnEarlierRunLeft() {
        SyncStore first = start();
        first.upsert("a/1", bytes("x"));
        first.upsert("a/2", bytes("y"));
        first.markSynced();
        awaitSynced(first);
        KeyValue before = store.get("a/1").orElseThrow();
        first.close();

        SyncStore second = start();
        second.upsert("a/1", bytes("x"));
        second.markSynced();

        awaitSynced(second);
        assertThat(contents()).isEqualTo(Map.of("a/1", "x"));
        assertThat(store.get("a/1").orElseThrow().version()).isEqualTo(before.version());
    }

    @Test
    void shouldWriteEverythingAgainWhenTheLeaseIsLost() {
        SyncStore writer = start();
        writer.upsert("a/1", bytes("x"));
        writer.upsert("a/2", bytes("y"));
        writer.markSynced();
        awaitSynced(writer);

        acknowledged.clear();
        store.expireLeases();

        await().until(() -> contents().size() == 2 && store.get(CANARY).isPresent());
        await().until(() -> acknowledged.size() == 3);
        assertThat(acknowledged).last().isEqualTo(CANARY);
        writer.delete("a/1");
        await().until(() -> contents().equals(Map.of("a/2", "y")));
    }

    @Test
    void shouldCarryOnWhenTheStoreComesBack() {
        SyncStore writer = start();
        store.unreachable(true);
        writer.upsert("a/1", bytes("x"));
        writer.markSynced();
        await().until(() -> writer.status().lastFailure().isPresent());

        store.unreachable(false);

        awaitSynced(writer);
        assertThat(contents()).isEqualTo(Map.of("a/1", "x"));
    }

    @Test
    void shouldHangItsKeysOnLeasesOfTheTtlThatItIsTold() {
        assertThat(SyncStore.Options.DEFAULT_LEASE_TTL).isEqualTo(Duration.ofMinutes(15));
        SyncStore writer = SyncStore.start(
                SyncStore.Options.of("test", List.of("a/"), Optional.of(CANARY)).withLeaseTtl(Duration.ofSeconds(25)),
                store,
                acknowledged::add,
                Clock.system());
        running = Optional.of(writer);
        writer.upsert("a/1", bytes("x"));
        writer.markSynced();
        awaitSynced(writer);

        long lease = store.get("a/1").orElseThrow().leaseId();
        assertThat(store.adopt(lease).orElseThrow().ttl()).isEqualTo(Duration.ofSeconds(25));
    }

    @Test
    void shouldSplitManyKeysIntoTransactionsAndLeases() {
        SyncStore writer = start();
        for (int i = 0; i < 2500; i++) {
            writer.upsert("a/" + i, bytes("v" + i));
        }
        writer.markSynced();

        awaitSynced(writer);
        Map<Long, Long> keysPerLease = store.list(KeyRange.prefix("a/")).entries().stream()
                .collect(Collectors.groupingBy(KeyValue::leaseId, Collectors.counting()));
        assertThat(keysPerLease).hasSize(3);
        assertThat(keysPerLease.values()).allMatch(keys -> keys <= 1000);
    }

    @Test
    void shouldWriteNothingOnceItsFenceIsGone() {
        Revision created = store.put("leader", "us");
        SyncStore writer = SyncStore.start(
                SyncStore.Options.of("test", List.of("a/"), Optional.of(CANARY))
                        .fencedBy(new Txn.Guard.CreatedAt("leader", created)),
                store,
                acknowledged::add,
                Clock.system());
        running = Optional.of(writer);
        writer.upsert("a/1", bytes("x"));
        await().until(() -> contents().equals(Map.of("a/1", "x")));

        store.delete("leader");
        store.put("leader", "them");
        writer.upsert("a/2", bytes("y"));
        writer.delete("a/1");

        await().until(() -> writer.status().fenced());
        assertThat(contents()).isEqualTo(Map.of("a/1", "x"));
    }
}
