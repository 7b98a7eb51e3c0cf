package io.clustermesh.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Cilium's own KVStoreMesh as a process: it mirrors the clusters of its configuration folder into an etcd. */
final class CiliumKvstoreMesh implements AutoCloseable {

    private final Path peers;
    private final Path log;
    private final int apiPort;
    private final Process process;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    /**
     * @param program the binary
     * @param folder where its files may be
     * @param name the cluster that it works for
     * @param etcd where it writes, without TLS
     */
    CiliumKvstoreMesh(Path program, Path folder, String name, int id, URI etcd) throws IOException {
        peers = Files.createDirectories(folder.resolve("cilium-clustermesh"));
        log = folder.resolve("kvstoremesh.log");
        Path own = Files.writeString(folder.resolve("own-etcd.yaml"), "endpoints: [\"%s\"]\n".formatted(etcd));
        List<Integer> ports = freePorts(2);
        apiPort = ports.getFirst();
        process = new ProcessBuilder(
                        program.toString(),
                        "--cluster-name=" + name,
                        "--cluster-id=" + id,
                        "--clustermesh-config=" + peers,
                        "--kvstore-opt=etcd.config=" + own,
                        "--api-serve-addr=127.0.0.1:" + apiPort,
                        "--health-port=" + ports.get(1),
                        "--shell-sock-path=",
                        "--enable-gops=false",
                        "--prometheus-serve-addr=")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** As {@code cilium clustermesh connect} does, in the files that it writes. */
    void connectTo(String peer, String endpoint, TlsFiles tls) throws IOException {
        Files.writeString(peers.resolve(peer), """
                endpoints:
                - %s
                trusted-ca-file: %s
                cert-file: %s
                key-file: %s
                """.formatted(endpoint, tls.trust(), tls.certificate(), tls.key()));
    }

    /** What {@code cilium clustermesh status} reads of {@code peer}; missing if it does not know it yet. */
    JsonNode remote(String peer) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/v1/cluster".formatted(apiPort)))
                        .timeout(Duration.ofSeconds(5))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        for (JsonNode cluster : AdminJson.mapper().readTree(answer.body())) {
            if (cluster.path("name").asText().equals(peer)) {
                return cluster;
            }
        }
        return AdminJson.mapper().missingNode();
    }

    /** What it has said so far. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> open = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                open.add(new ServerSocket(0));
            }
            return open.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : open) {
                socket.close();
            }
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
