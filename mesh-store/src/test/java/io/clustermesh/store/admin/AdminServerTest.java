package io.clustermesh.store.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Metrics;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class AdminServerTest {

    record Row(
            ClusterName cluster,
            ClusterId id,
            Instant at,
            Duration age,
            Optional<String> error,
            Map<IpAddress, Integer> byIp,
            List<Path> files) {}

    private static final Row ROW = new Row(
            new ClusterName("west"),
            new ClusterId(1),
            Instant.parse("2026-01-01T00:00:00Z"),
            Duration.ofMillis(1500),
            Optional.empty(),
            Map.of(IpAddress.parse("fd00::1"), 7),
            List.of(Path.of("/etc/x")));

    @TempDir
    Path directory;

    private final Health health = new Health();
    private final Metrics metrics = new Metrics();
    private Path socket = Path.of("");
    private Optional<AdminServer> server = Optional.empty();

    @BeforeEach
    void start() {
        socket = directory.resolve("run/admin.sock");
        server = Optional.of(AdminServer.start(
                socket,
                health,
                metrics,
                Map.<String, View>of(
                        "/v1/status", query -> ROW,
                        "/v1/echo", query -> query,
                        "/v1/large", query -> "x".repeat(3_000_000),
                        "/v1/picky",
                                query -> {
                                    throw new IllegalArgumentException("port is missing; add ?port=80");
                                },
                        "/v1/broken",
                                query -> {
                                    throw new IllegalStateException("bug");
                                })));
    }

    @AfterEach
    void stop() {
        server.ifPresent(AdminServer::close);
        metrics.close();
    }

    private JsonNode json(String path) throws JsonProcessingException {
        AdminClient.Answer answer = AdminClient.get(socket, path);
        assertThat(answer.ok()).as(answer.body()).isTrue();
        return AdminJson.mapper().readTree(answer.body());
    }

    @Test
    void shouldRenderIdentifiersAndTimesAsText() throws IOException {
        assertThat(json("/v1/status")).isEqualTo(AdminJson.mapper().readTree("""
                        {"cluster":"west","id":1,"at":"2026-01-01T00:00:00Z","age":"PT1.5S","error":null,
                         "byIp":{"fd00::1":7},"files":["/etc/x"]}"""));
    }

    @Test
    void shouldLetOnlyItsOwnUserIn() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(Files.exists(Path.of(socket + ".new"))).isFalse();
    }

    @Test
    void shouldPassTheQueryOn() throws IOException {
        assertThat(json("/v1/echo?vip=10.0.0.1&name=shop%2Fcart"))
                .isEqualTo(AdminJson.mapper().readTree("{\"vip\":\"10.0.0.1\",\"name\":\"shop/cart\"}"));
    }

    @Test
    void shouldCarryLargeAnswers() throws IOException {
        assertThat(json("/v1/large").asText()).hasSize(3_000_000);
    }

    @Test
    void shouldTellHealthByStatus() throws IOException {
        assertThat(json("/healthz").path("up").asBoolean()).isTrue();
        health.readiness("peer", () -> Health.down("not synced"));

        AdminClient.Answer answer = AdminClient.get(socket, "/readyz");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("not synced");
    }

    @Test
    void shouldServeMetrics() {
        assertThat(AdminClient.get(socket, "/metrics").body()).contains("process_memory_usage_bytes");
    }

    @Test
    void shouldAnswerWithProblems() {
        assertThat(AdminClient.get(socket, "/v1/none"))
                .satisfies(answer -> assertThat(answer.status()).isEqualTo(404))
                .satisfies(answer -> assertThat(answer.body()).contains("/v1/status", "\"status\":404"));
        assertThat(AdminClient.get(socket, "/v1/picky"))
                .satisfies(answer -> assertThat(answer.status()).isEqualTo(400))
                .satisfies(answer -> assertThat(answer.body()).contains("add ?port=80"));
        assertThat(AdminClient.get(socket, "/v1/broken").status()).isEqualTo(500);
    }

    @Test
    void shouldReplaceADeadSocketAndRemoveItsOwn() throws IOException {
        Path dead = directory.resolve("dead.sock");
        try (ServerSocketChannel leftBehind = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            leftBehind.bind(UnixDomainSocketAddress.of(dead));
        }
        assertThat(dead).exists();

        try (AdminServer second = AdminServer.start(dead, health, metrics, Map.of())) {
            assertThat(second).isNotNull();
            assertThat(AdminClient.get(dead, "/healthz").ok()).isTrue();
        }

        assertThat(dead).doesNotExist();
    }

    @Test
    void shouldSayThatNobodyAnswers() {
        Path nobody = directory.resolve("nobody.sock");

        assertThatExceptionOfType(AdminClient.Unreachable.class)
                .isThrownBy(() -> AdminClient.get(nobody, "/healthz"))
                .withMessageContaining(nobody.toString())
                .withMessageContaining("is the process running");
    }

    @Test
    void shouldRefusePathsThatNoSocketCanHave() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdminServer.start(Path.of("/tmp/" + "x".repeat(100)), health, metrics, Map.of()))
                .withMessageContaining("choose a shorter one");
    }
}
