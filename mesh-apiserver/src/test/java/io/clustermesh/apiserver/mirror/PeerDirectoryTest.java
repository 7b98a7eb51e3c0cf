package io.clustermesh.apiserver.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerDirectoryTest {

    private static final ClusterName EAST = new ClusterName("east");

    @TempDir
    private Path folder = Path.of("");

    private final Map<String, String> errors = new HashMap<>();

    private static String connection(String path) {
        return """
                endpoints:
                - https://192.0.2.1:2379
                trusted-ca-file: %1$seast.etcd-client-ca.crt
                cert-file: %1$seast.etcd-client.crt
                key-file: %1$seast.etcd-client.key
                """.formatted(path);
    }

    private Map<ClusterName, PeerFile> read() {
        return new PeerDirectory(folder, new ClusterName("west"))
                .read(errors)
                .orElseThrow()
                .peers();
    }

    private TlsFiles filesOfEast() {
        PeerFile east = read().get(EAST);
        assertThat(east).isNotNull();
        return east.target().tls().orElseThrow();
    }

    /** A kubelet mounts a Secret as links to links, swapped in one step; Cilium's has other paths in it. */
    @Test
    void shouldReadCiliumsSecretAsAKubeletMountsIt() throws IOException {
        Path version = Files.createDirectory(folder.resolve("..2026_01_01"));
        Files.createSymbolicLink(folder.resolve("..data"), version.getFileName());
        Map<String, String> secret = Map.of(
                "east", connection("/var/lib/cilium/clustermesh/"),
                "west", connection("/var/lib/cilium/clustermesh/"),
                "east.etcd-client-ca.crt", "CA",
                "east.etcd-client.crt", "certificate",
                "east.etcd-client.key", "key",
                "common-etcd-client.crt", "certificate");
        for (Map.Entry<String, String> file : secret.entrySet()) {
            Files.writeString(version.resolve(file.getKey()), file.getValue());
            Files.createSymbolicLink(folder.resolve(file.getKey()), Path.of("..data", file.getKey()));
        }

        assertThat(read()).containsOnlyKeys(EAST);
        assertThat(filesOfEast())
                .isEqualTo(new TlsFiles(
                        folder.resolve("east.etcd-client-ca.crt"),
                        folder.resolve("east.etcd-client.crt"),
                        folder.resolve("east.etcd-client.key")));
        assertThat(errors).isEmpty();
    }

    @Test
    void shouldTakeAFileFromWhereTheTextSaysIfNoneStandsBeside() throws IOException {
        Files.writeString(folder.resolve("east.yaml"), connection("/elsewhere/"));

        assertThat(filesOfEast().key()).isEqualTo(Path.of("/elsewhere/east.etcd-client.key"));
    }

    @Test
    void shouldStartRelativePathsAtTheFolder() throws IOException {
        Files.writeString(folder.resolve("east.yaml"), connection("../pki/"));

        assertThat(filesOfEast().trust()).isEqualTo(folder.resolve("../pki/east.etcd-client-ca.crt"));
    }

    @Test
    void shouldKnowTheAddressOfANameThatOnlyTheCertificateHas() throws IOException {
        Files.writeString(
                folder.resolve("east"),
                connection("/elsewhere/").replace("192.0.2.1", "east.mesh.cilium.io")
                        + "cilium-host-aliases:\n- hostname: east.mesh.cilium.io\n  ips: [192.0.2.9]\n");

        PeerFile east = read().get(EAST);

        assertThat(east).isNotNull();
        assertThat(east.target().hosts())
                .containsExactly(Map.entry("east.mesh.cilium.io", IpAddress.parse("192.0.2.9")));
    }

    @Test
    void shouldNameAFileThatIsNoConnection() throws IOException {
        Files.writeString(folder.resolve("notes"), "to do");

        assertThat(read()).isEmpty();
        assertThat(errors).containsOnlyKeys("notes");
    }
}
