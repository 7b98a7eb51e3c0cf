package io.clustermesh.nodesync.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.model.IpAddress;
import io.clustermesh.nodesync.quarantine.Prober.Result;
import io.clustermesh.nodesync.quarantine.Prober.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TcpProberTest {

    private static Target target(int port) {
        return new Target(IpAddress.parse("127.0.0.1"), port);
    }

    @Test
    void shouldTellWhoListensFromWhoDoesNot() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        try (ServerSocket socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                TcpProber prober = new TcpProber()) {
            int open = socket.getLocalPort();
            assertThat(prober.probe(target(open))).isTrue();
            assertThat(prober.probe(target(closed))).isTrue();

            List<Result> results = new ArrayList<>();
            await().untilAsserted(() -> {
                results.addAll(prober.results());
                assertThat(results)
                        .containsExactlyInAnyOrder(new Result(target(open), true), new Result(target(closed), false));
            });
        }
    }
}
