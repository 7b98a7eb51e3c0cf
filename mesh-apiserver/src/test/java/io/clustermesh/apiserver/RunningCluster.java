package io.clustermesh.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One cluster's home, etcd and mesh-apiserver, all of them real, on loopback. */
final class RunningCluster implements AutoCloseable {

    private final ClusterName name;
    private final Path home;
    private final EtcdServer etcd;
    private final Lifecycle lifecycle;

    /** Makes the home and starts etcd; the process is started by {@link #start}. */
    RunningCluster(Path folder, String name, int id) throws IOException {
        this.name = new ClusterName(name);
        home = folder.resolve(name);
        for (String part : List.of("manifests", "trust", "peers", "run", "conf")) {
            Files.createDirectories(home.resolve(part));
        }
        ClusterPki.issueAll(home, this.name, AlternativeNames.LOOPBACK, Clock.system());
        Files.writeString(home.resolve("cluster.yaml"), """
                name: %s
                id: %d
                meshSize: 255
                podCidrs: [10.%d.0.0/16]
                serviceCidrs: [10.10%d.0.0/16]
                endpoint: https://127.0.0.1:2379
                """.formatted(name, id, id, id));
        etcd = EtcdServer.start(leaf("etcd-server"));
        lifecycle = new Lifecycle("mesh-apiserver-" + name, Clock.system());
    }

    void start() {
        start("");
    }

    /** With more settings, YAML lines. */
    void start(String more) {
        MeshApiserver.start(Settings.of(home.resolve("conf/mesh-apiserver.yaml"), settings() + more), lifecycle);
    }

    /** The same as a process of its own, which ends on signals; its output goes to {@code log}. */
    Process startProcess(Path log) throws IOException {
        Path file = home.resolve("conf/mesh-apiserver.yaml");
        Files.writeString(file, settings());
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ProcessMain.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** What {@code clustermesh run mesh-apiserver} does. */
    static final class ProcessMain {
        private ProcessMain() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (Lifecycle lifecycle = new Lifecycle("mesh-apiserver", Clock.system())) {
                lifecycle.stopOnSignal();
                MeshApiserver.start(Settings.read(Path.of(arguments[0])), lifecycle);
                lifecycle.awaitShutdown();
            }
        }
    }

    private String settings() {
        return """
                home: %s
                etcd:
                  endpoint: %s
                  trust: ../pki/ca.crt
                  certificate: ../pki/admin.crt
                  key: ../pki/admin.key
                api: {host: 127.0.0.1, port: 0}
                """.formatted(home, etcd.endpoint());
    }

    /** What {@code clustermesh connect} does on one side. */
    void connectTo(RunningCluster peer) throws IOException {
        trust(peer);
        TlsFiles own = leaf("remote");
        readFrom(
                peer.name.toString(),
                peer.endpoint(),
                new TlsFiles(peer.leaf("remote").trust(), own.certificate(), own.key()));
    }

    /** Makes whoever serves {@code endpoint} a peer. */
    void readFrom(String peer, String endpoint, TlsFiles tls) throws IOException {
        Files.writeString(home.resolve("peers").resolve(peer + ".yaml"), """
                endpoints: ["%s"]
                trusted-ca-file: %s
                cert-file: %s
                key-file: %s
                """.formatted(
                        endpoint, tls.trust(), tls.certificate(), tls.key()));
    }

    void disconnectFrom(RunningCluster peer) throws IOException {
        Files.delete(home.resolve("peers").resolve(peer.name + ".yaml"));
    }

    void trust(RunningCluster peer) throws IOException {
        Path anchor = home.resolve("trust").resolve(peer.name + ".crt");
        if (!Files.exists(anchor)) {
            Files.copy(peer.leaf("remote").trust(), anchor);
        }
    }

    void manifest(String file, String text) throws IOException {
        Files.writeString(home.resolve("manifests").resolve(file), text);
    }

    Path home() {
        return home;
    }

    /** Its etcd, behind the API. */
    URI etcd() {
        return etcd.endpoint();
    }

    /** Where its etcd API listens. */
    String endpoint() {
        return "https://" + json("/v1/status").at("/api/listening").asText();
    }

    TlsFiles leaf(String leaf) {
        Path pki = home.resolve("pki");
        return new TlsFiles(pki.resolve("ca.crt"), pki.resolve(leaf + ".crt"), pki.resolve(leaf + ".key"));
    }

    AdminClient.Answer get(String path) {
        return AdminClient.get(home.resolve("run/mesh-apiserver.sock"), path);
    }

    JsonNode json(String path) {
        try {
            return AdminJson.mapper().readTree(get(path).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        lifecycle.close();
        etcd.close();
    }
}
