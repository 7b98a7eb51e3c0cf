package io.clustermesh.identity;

import static io.clustermesh.identity.Bench.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.model.Keys;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Metrics;
import io.clustermesh.store.testing.EtcdServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process against a real etcd. */
@Timeout(120)
class IdentityAllocatorIT {

    @TempDir
    Path directory;

    private final EtcdServer etcd = EtcdServer.start();
    private final KvStore store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());
    private final Lifecycle one = new Lifecycle("allocator-one", Clock.system());
    private final Lifecycle two = new Lifecycle("allocator-two", Clock.system());

    @BeforeEach
    void waitForEtcd() {
        await().ignoreExceptions().until(() -> store.list(KeyRange.prefix("x/")) != null);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        store.close();
        etcd.close();
    }

    private Path start(String user, Lifecycle lifecycle) {
        Path socket = directory.resolve(user + ".sock");
        IdentityAllocator.start(
                Settings.of(directory.resolve("allocator.yaml"), """
                cluster: {name: west, id: 1}
                etcd: {endpoint: "%s"}
                admin: {socket: %s}
                allocator: {user: %s, leaseTtl: 60s}
                """.formatted(etcd.endpoint(), socket, user)),
                lifecycle);
        return socket;
    }

    private void want(String app) {
        byte[] value = labels(app).toLabelString().getBytes(StandardCharsets.UTF_8);
        store.commit(Txn.of(List.of(new Txn.Op.Put(Bench.wantedKey(app), value, Optional.empty()))));
    }

    private Map<String, String> masters() {
        Map<String, String> masters = new TreeMap<>();
        store.list(KeyRange.prefix(Keys.IDENTITY_IDS)).entries().forEach(kv -> masters.put(kv.key(), kv.text()));
        return masters;
    }

    private static JsonNode view(Path socket, String path) throws IOException {
        return AdminJson.mapper().readTree(AdminClient.get(socket, path).body());
    }

    @Test
    void shouldLetTwoAllocatorsAgreeOnOneIdentityForEachLabelSet() throws IOException {
        Path first = start("one", one);
        Path second = start("two", two);
        for (int i = 0; i < 30; i++) {
            want("app-" + i);
        }

        await().until(() -> view(first, "/v1/identities").size() == 30
                && view(second, "/v1/identities").size() == 30);

        assertThat(view(first, "/v1/identities")).isEqualTo(view(second, "/v1/identities"));
        assertThat(masters()).hasSize(30);
        assertThat(masters().values()).doesNotHaveDuplicates();
        for (int i = 0; i < 30; i++) {
            assertThat(store.list(KeyRange.prefix(AllocatorKeys.slaves(labels("app-" + i))))
                            .entries())
                    .extracting(KeyValue::text)
                    .hasSize(2)
                    .allMatch(id -> masters().containsKey(Keys.IDENTITY_IDS + id));
        }
        assertThat(store.list(KeyRange.prefix(Keys.IDENTITY_LOCKS)).entries()).isEmpty();
        assertThat(AdminClient.get(first, "/readyz").ok()).isTrue();
        assertThat(view(first, "/v1/status").path("counts").path("allocated").asInt())
                .isEqualTo(30);
    }

    @Test
    void shouldKeepTheIdentityOverARestart() throws IOException {
        want("cart");
        Path socket = start("one", one);
        await().until(() -> view(socket, "/v1/identities").size() == 1);
        Map<String, String> before = masters();

        one.close();
        Path again = start("one", two);
        await().until(() -> view(again, "/v1/identities").size() == 1);

        assertThat(masters()).isEqualTo(before);
    }

    @Test
    void shouldWriteAMasterKeyAgainThatVanishesInUse() throws IOException {
        want("cart");
        Path socket = start("one", one);
        await().until(() -> view(socket, "/v1/identities").size() == 1);
        Map<String, String> before = masters();

        store.commit(Txn.of(List.of(new Txn.Op.DeletePrefix(Keys.IDENTITY_IDS))));

        await().untilAsserted(() -> assertThat(masters()).isEqualTo(before));
    }

    @Test
    void shouldGoOnAfterEtcdWasDown() throws IOException {
        Path socket = start("one", one);
        await().until(() -> AdminClient.get(socket, "/readyz").ok());

        etcd.down();
        await().until(() -> !AdminClient.get(socket, "/readyz").ok());
        etcd.up();

        await().ignoreExceptions().untilAsserted(() -> want("cart"));
        await().atMost(java.time.Duration.ofSeconds(40))
                .until(() -> view(socket, "/v1/identities").size() == 1);
    }

    @Test
    void shouldSayThatATinyRangeIsExhausted() {
        try (Metrics metrics = new Metrics()) {
            IdentityAllocator.Parts parts = IdentityAllocator.startParts(
                    Bench.config(Bench.range(65_536, 65_537), "one"), store, one, metrics, new Random(3));
            want("a");
            want("b");
            want("c");

            await().until(() -> !parts.agent().status().troubles().isEmpty()
                    && parts.agent().status().identities().size() == 2);

            assertThat(parts.agent().status().troubles())
                    .singleElement()
                    .satisfies(trouble ->
                            assertThat(trouble.reason()).contains("all 2 identities from 65536 to 65537 are in use"));
            assertThat(masters().keySet())
                    .containsExactly(
                            Keys.identity(new NumericIdentity(65_536)), Keys.identity(new NumericIdentity(65_537)));
            one.close();
        }
    }
}
