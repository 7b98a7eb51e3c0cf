package io.clustermesh.nodesync;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.bpf.support.BpfSupport;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process against a real etcd and the kernel's tables, in a cgroup without processes. */
class NodeSyncKernelIT {

    private static final String VIP = "198.18.7.9:80";
    private static final MeshService LOCAL = west(CART, Affinity.REMOTE, "198.18.7.9");
    private static final ServiceRecord REMOTE = peer("east", 2, CART, "10.2.1.1", "10.2.1.2");

    @TempDir
    Path directory;

    private EtcdServer etcd;
    private KvStore store;
    private Path pinDir;
    private Path cgroup;

    @BeforeEach
    void start() throws IOException {
        BpfSupport support = BpfSupport.probe();
        assumeTrue(support instanceof BpfSupport.Available, () -> "needs eBPF: " + support);
        BpfSupport.Available available = (BpfSupport.Available) support;
        String name = "nodesync-it-" + ProcessHandle.current().pid();
        pinDir = available.bpffs().resolve(name);
        cgroup = Files.createDirectory(available.cgroup2().resolve(name));
        etcd = EtcdServer.start();
        store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());
    }

    @AfterEach
    void stop() throws IOException {
        if (etcd != null) {
            store.close();
            etcd.close();
        }
        if (cgroup != null) {
            KernelServiceTables.uninstall(pinDir);
            Files.deleteIfExists(cgroup);
        }
    }

    @Test
    void shouldProgramTheKernelAndAdoptItsTablesAfterARestart() {
        put(Changes.key(LOCAL), MeshServiceCodec.encode(LOCAL));
        put(Changes.key(REMOTE), ServiceCodec.encode(REMOTE));
        String dataPlane = "kind: kernel, pin-dir: %s, cgroup: %s, services: 64, backends: 256, table-entries: 60000"
                .formatted(pinDir, cgroup);
        List<String> served = List.of("0:10.2.1.1:8080", "0:10.2.1.2:8080");
        try (NodeSyncProcess nodeSync = NodeSyncProcess.start(directory, etcd.endpoint(), dataPlane)) {
            await().untilAsserted(() -> assertThat(nodeSync.backends(VIP)).isEqualTo(served));
            assertThat(nodeSync.get("/v1/status").at("/dataPlane/kind").asText())
                    .isEqualTo("kernel");
            assertThat(nodeSync.statusOf("/v1/pick")).isEqualTo(404);
        }
        etcd.down();
        try (NodeSyncProcess nodeSync = NodeSyncProcess.start(directory, etcd.endpoint(), dataPlane)) {
            assertThat(nodeSync.backends(VIP)).as("without an apiserver").isEqualTo(served);
            assertThat(nodeSync.get("/v1/status").at("/dataPlane/settled").asBoolean())
                    .isFalse();
        }
    }

    private void put(String key, byte[] value) {
        store.commit(Txn.of(List.of(new Txn.Op.Put(key, value, Optional.empty()))));
    }
}
