package io.clustermesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.clustermesh.store.admin.HostPort;
import io.clustermesh.store.config.ConfigException;
import io.clustermesh.store.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AllocatorConfigTest {

    private static AllocatorConfig read(String yaml) {
        return AllocatorConfig.read(Settings.of(Path.of("/run/west/conf/allocator.yaml"), yaml));
    }

    @Test
    void shouldReadItsFile() {
        AllocatorConfig config = read("""
                cluster: {name: west, id: 1}
                etcd:
                  endpoint: https://127.0.0.1:2378
                  trust: ../pki/ca.crt
                  certificate: ../pki/admin.crt
                  key: ../pki/admin.key
                admin: {socket: ../run/identity-allocator.sock}
                health: {listen: 10.1.1.5:9881}
                allocator: {collectInterval: 1m}
                """);

        assertThat(config.cluster()).isEqualTo(Bench.WEST);
        assertThat(config.range()).isEqualTo(Bench.RANGE);
        assertThat(config.user()).isEqualTo("identity-allocator");
        assertThat(config.timing().collectInterval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.timing().verifyInterval()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.wiring().admin().socket()).isEqualTo(Path.of("/run/west/run/identity-allocator.sock"));
        assertThat(config.wiring().admin().health()).contains(new HostPort("10.1.1.5", 9881));
        assertThat(config.wiring().etcd().tls().orElseThrow().trust()).isEqualTo(Path.of("/run/west/pki/ca.crt"));
    }

    @Test
    void shouldReportAllMistakesTogether() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read("""
                        cluster: {name: West, id: 300}
                        etcd: {endpoint: https://127.0.0.1:2378, trust: ca.crt, certificate: a.crt}
                        allocator: {leaseTTL: 1m}
                        """))
                .withMessageContaining("cluster.name")
                .withMessageContaining("cluster.id is 300, but the mesh holds 255 clusters")
                .withMessageContaining("etcd.key is missing")
                .withMessageContaining("admin.socket is missing")
                .withMessageContaining("allocator.leaseTTL is no setting");
    }
}
