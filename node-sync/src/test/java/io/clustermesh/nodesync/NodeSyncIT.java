package io.clustermesh.nodesync;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.nodesync.agent.Changes;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process against a real etcd, with the tables in memory. */
class NodeSyncIT {

    private static final String MEMORY = "kind: memory, services: 64, backends: 256, table-entries: 60000";
    private static final String VIP = "10.101.0.9";
    private static final MeshService LOCAL = west(CART, Affinity.LOCAL, VIP, active("10.1.1.1"));
    private static final ServiceRecord REMOTE = peer("east", 2, CART, "10.2.1.1", "10.2.1.2");

    @TempDir
    Path directory;

    private EtcdServer etcd;
    private KvStore store;
    private NodeSyncProcess nodeSync;

    @BeforeEach
    void start() {
        etcd = EtcdServer.start();
        store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());
        nodeSync = NodeSyncProcess.start(directory, etcd.endpoint(), MEMORY);
    }

    @AfterEach
    void stop() {
        if (etcd != null) {
            nodeSync.close();
            store.close();
            etcd.close();
        }
    }

    @Test
    void shouldFollowTheRecords() {
        put(Changes.key(LOCAL), MeshServiceCodec.encode(LOCAL));
        put(Changes.key(REMOTE), ServiceCodec.encode(REMOTE));
        await().untilAsserted(() -> assertThat(nodeSync.backends(VIP + ":80"))
                .containsExactly("0:10.1.1.1:8080", "1:10.2.1.1:8080", "1:10.2.1.2:8080"));
        assertThat(nodeSync.pick(VIP, 80)).isEqualTo("10.1.1.1:8080");
        assertThat(nodeSync.statusOf("/readyz")).isEqualTo(200);

        MeshService without = west(CART, Affinity.LOCAL, VIP);
        put(Changes.key(without), MeshServiceCodec.encode(without));

        await().untilAsserted(() -> assertThat(nodeSync.pick(VIP, 80)).startsWith("10.2.1."));
        store.commit(Txn.of(List.of(new Txn.Op.Delete(Changes.key(LOCAL)))));
        await().untilAsserted(() -> assertThat(nodeSync.pick(VIP, 80)).isEqualTo("NOT_OURS"));
        assertThat(nodeSync.text("/v1/hops")).contains("AGENT_RECEIVED", "APPLIED", "shop/cart");
    }

    @Test
    void shouldKeepWhatWorkedWhenAValueIsMalformed() {
        put(Changes.key(LOCAL), MeshServiceCodec.encode(LOCAL));
        await().untilAsserted(() -> assertThat(nodeSync.pick(VIP, 80)).isEqualTo("10.1.1.1:8080"));

        put(Changes.key(LOCAL), "{oops".getBytes(StandardCharsets.UTF_8));

        await().untilAsserted(() ->
                assertThat(nodeSync.get("/v1/status").at("/records/refused")).hasSize(1));
        assertThat(nodeSync.pick(VIP, 80)).isEqualTo("10.1.1.1:8080");
        assertThat(nodeSync.text("/metrics")).containsPattern("clustermesh_nodesync_records_refused\\{.*} 1");
    }

    @Test
    void shouldGoOnServingWhileTheApiserverIsGoneAndCatchUpAfterwards() {
        put(Changes.key(LOCAL), MeshServiceCodec.encode(LOCAL));
        await().untilAsserted(() -> assertThat(nodeSync.pick(VIP, 80)).isEqualTo("10.1.1.1:8080"));

        etcd.down();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(nodeSync.get("/v1/status")
                                .at("/apiserver/connected")
                                .asBoolean())
                        .isFalse());
        assertThat(nodeSync.pick(VIP, 80)).isEqualTo("10.1.1.1:8080");
        assertThat(nodeSync.statusOf("/readyz")).isEqualTo(503);

        etcd.up();
        MeshService moved = west(CART, Affinity.LOCAL, VIP, active("10.1.1.7"));
        await().ignoreExceptions().until(() -> {
            put(Changes.key(moved), MeshServiceCodec.encode(moved));
            return true;
        });
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(nodeSync.pick(VIP, 80))
                        .as(() -> nodeSync.text("/v1/status"))
                        .isEqualTo("10.1.1.7:8080"));
    }

    @Test
    void shouldExplainAServiceAndAuditItsTables() {
        put(Changes.key(LOCAL), MeshServiceCodec.encode(LOCAL));
        put(Changes.key(REMOTE), ServiceCodec.encode(REMOTE));
        await().untilAsserted(() -> assertThat(nodeSync.get("/v1/explain?service=shop/cart")
                        .path("wanted")
                        .findValuesAsText("cluster"))
                .containsExactly("west", "east"));

        JsonNode explained = nodeSync.get("/v1/explain?service=shop/cart");
        assertThat(explained.at("/wanted/1/frontend").asText()).isEqualTo(VIP + ":80/TCP");
        assertThat(explained.at("/wanted/1/backends").findValuesAsText("address"))
                .containsExactly("10.2.1.1:8080/TCP", "10.2.1.2:8080/TCP");
        assertThat(explained.at("/tables/0/slots").size()).isEqualTo(2);
        assertThat(explained.path("changed").asText()).isNotEmpty();
        assertThat(nodeSync.get("/v1/explain?service=shop/none").path("wanted")).isEmpty();
        assertThat(nodeSync.statusOf("/v1/explain")).isEqualTo(400);

        JsonNode audit = nodeSync.get("/v1/audit?now=true");
        assertThat(audit.path("audits").asInt()).isEqualTo(1);
        assertThat(audit.at("/checked/frontends").asInt()).isEqualTo(1);
        assertThat(audit.path("drift")).isEmpty();
    }

    private void put(String key, byte[] value) {
        store.commit(Txn.of(List.of(new Txn.Op.Put(key, value, Optional.empty()))));
    }
}
