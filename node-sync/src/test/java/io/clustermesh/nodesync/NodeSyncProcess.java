package io.clustermesh.nodesync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** node-sync of cluster west, started as the command would, and asked as a person would. */
final class NodeSyncProcess implements AutoCloseable {

    private final Path socket;
    private final Lifecycle lifecycle = new Lifecycle("node-sync", Clock.system());

    private NodeSyncProcess(Path socket) {
        this.socket = socket;
    }

    /** @param dataPlane the settings below {@code data-plane} */
    static NodeSyncProcess start(Path directory, URI apiserver, String dataPlane) {
        NodeSyncProcess process = new NodeSyncProcess(directory.resolve("n.sock"));
        NodeSync.start(
                Settings.of(directory.resolve("node-sync.yaml"), """
                        cluster: {name: west, id: 1}
                        node: west-n1
                        apiserver: {endpoints: ["%s"]}
                        data-plane: {%s}
                        admin: {socket: n.sock}
                        """.formatted(apiserver, dataPlane)),
                process.lifecycle);
        return process;
    }

    JsonNode get(String path) {
        AdminClient.Answer answer = AdminClient.get(socket, path);
        try {
            return new ObjectMapper().readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError(path + " answered " + answer, e);
        }
    }

    int statusOf(String path) {
        return AdminClient.get(socket, path).status();
    }

    String text(String path) {
        return AdminClient.get(socket, path).body();
    }

    /** Backends of the only frontend that has {@code vip}, as {@code tier:ip:port}. */
    List<String> backends(String vip) {
        List<String> backends = new ArrayList<>();
        for (JsonNode frontend : get("/v1/lb").path("frontends")) {
            if (frontend.path("address").path("text").asText().equals(vip)) {
                for (JsonNode slot : frontend.path("slots")) {
                    for (JsonNode backend : slot.path("backends")) {
                        backends.add(slot.path("policy").path("tier").asText() + ":"
                                + backend.path("address").path("text").asText());
                    }
                }
            }
        }
        return backends;
    }

    /** Where a connect would go. */
    String pick(String vip, int port) {
        JsonNode answer = get("/v1/pick?vip=" + vip + "&port=" + port + "&proto=tcp");
        assertThat(answer.has("result")).as(answer.toString()).isTrue();
        return answer.path("backend").isNull()
                ? answer.path("result").asText()
                : answer.path("backend").path("text").asText();
    }

    @Override
    public void close() {
        lifecycle.close();
    }
}
