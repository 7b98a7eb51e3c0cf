package io.clustermesh.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.rig.Loopback;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * Without a kernel data plane: asks node-sync which backend the kernel would have chosen, and goes there, on the
 * loopback address that stands for the pod's.
 *
 * @param socket admin socket of the node's node-sync
 * @param ip virtual IP
 * @param port its port
 */
record AskedRoute(Path socket, String ip, int port) implements DemoClient.Route {

    @Override
    public InetSocketAddress next() throws IOException {
        AdminClient.Answer answer = AdminClient.get(socket, "/v1/pick?vip=%s&port=%d&proto=tcp".formatted(ip, port));
        if (!answer.ok()) {
            throw new IOException("pick-" + answer.status());
        }
        JsonNode backend = AdminJson.mapper().readTree(answer.body()).path("backend");
        if (!backend.isObject()) {
            throw new ConnectException("no backend");
        }
        IpAddress pod = Loopback.of(IpAddress.parse(backend.path("ip").asText()));
        return new InetSocketAddress(pod.toInetAddress(), backend.path("port").asInt());
    }
}
