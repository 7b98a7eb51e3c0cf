package io.clustermesh.nodesync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.Protocol;
import io.clustermesh.store.admin.HostPort;
import io.clustermesh.store.config.ConfigException;
import io.clustermesh.store.config.Settings;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeSyncConfigTest {

    @Test
    void shouldReadEverySetting() {
        NodeSyncConfig config = read("""
                cluster: {name: west, id: 1}
                node: west-n1
                apiserver:
                  endpoints: ["https://172.30.1.2:2379"]
                  trust: pki/ca.crt
                  certificate: pki/local.crt
                  key: pki/local.key
                data-plane: {kind: kernel, pin-dir: /sys/fs/bpf/cm/n1, cgroup: /sys/fs/cgroup, services: 100}
                quarantine: {enabled: false}
                sockets: {end: all}
                admin: {socket: run/n1.sock}
                health: {listen: 127.0.0.1:9882}
                """);

        assertThat(config.admin().health()).contains(new HostPort("127.0.0.1", 9882));
        assertThat(config.node().name()).isEqualTo("west-n1");
        assertThat(config.apiserver().tls().orElseThrow().key()).isEqualTo(Path.of("/etc/cm/pki/local.key"));
        assertThat(config.dataPlane())
                .isEqualTo(new DataPlane.Kernel(
                        Path.of("/sys/fs/bpf/cm/n1"), Path.of("/sys/fs/cgroup"), new Capacity(100, 65_536, 1_048_576)));
        assertThat(config.failing()).isEqualTo(new NodeSyncConfig.Failing(false, Set.of(Protocol.TCP, Protocol.UDP)));
        assertThat(config.admin().socket()).isEqualTo(Path.of("/etc/cm/run/n1.sock"));
    }

    @Test
    void shouldReportAllMistakesTogether() {
        assertThatThrownBy(() -> read("""
                        cluster: {name: West, id: 512}
                        apiserver: {endpoints: []}
                        data-plane: {kind: netkit}
                        sockets: {end: some}
                        admin: {socket: run/n1.sock, port: 1}
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(
                        "cluster.name",
                        "cluster.id",
                        "node",
                        "apiserver.endpoints",
                        "data-plane.kind",
                        "sockets.end",
                        "admin.port");
    }

    private static NodeSyncConfig read(String yaml) {
        return NodeSyncConfig.read(Settings.of(Path.of("/etc/cm/node-sync.yaml"), yaml));
    }
}
