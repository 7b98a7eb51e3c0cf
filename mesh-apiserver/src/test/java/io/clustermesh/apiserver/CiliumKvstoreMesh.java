package io.clustermesh.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Cilium's own KVStoreMesh as a process: it mirrors the clusters of its configuration folder into an etcd. */
final class CiliumKvstoreMesh implements AutoCloseable {

    private final Path peers;
    private final int apiPort = CiliumProcess.freePort();
    private final CiliumProcess process;
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
        Path own = Files.writeString(folder.resolve("own-etcd.yaml"), "endpoints: [\"%s\"]\n".formatted(etcd));
        process = new CiliumProcess(
                program,
                folder.resolve("kvstoremesh.log"),
                List.of(
                        "--cluster-name=" + name,
                        "--cluster-id=" + id,
                        "--clustermesh-config=" + peers,
                        "--kvstore-opt=etcd.config=" + own,
                        "--api-serve-addr=127.0.0.1:" + apiPort));
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
        return process.log();
    }

    @Override
    public void close() {
        process.close();
        http.close();
    }
}
