package io.clustermesh.store.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Metrics;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class EventStreamTest {

    /** Keeps the last ten numbers. */
    private static final class Numbers implements EventFeed {
        private final List<Runnable> followers = new CopyOnWriteArrayList<>();
        private long last;

        synchronized void add(int count) {
            last += count;
            followers.forEach(Runnable::run);
        }

        @Override
        public synchronized Batch after(String id, int most) {
            long seen = id.isEmpty() ? 0 : Long.parseLong(id);
            long oldest = Math.max(1, last - 9);
            List<Item> items = new ArrayList<>();
            for (long n = Math.max(seen + 1, oldest); n <= last && items.size() < most; n++) {
                items.add(new Item(Long.toString(n), Map.of("number", n)));
            }
            return new Batch(items, seen > 0 && seen + 1 < oldest);
        }

        @Override
        public AutoCloseable onNew(Runnable listener) {
            followers.add(listener);
            return () -> followers.remove(listener);
        }
    }

    /** A client that reads until the server ends, or until it has seen something. */
    private final class Client implements AutoCloseable {
        private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        private final StringBuilder seen = new StringBuilder();

        Client(String path, String header) throws IOException {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String request =
                    "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n".formatted(path, header.isEmpty() ? "" : header + "\r\n");
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        }

        String until(String text) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            while (seen.indexOf(text) < 0 && channel.read(buffer.clear()) >= 0) {
                seen.append(new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8));
            }
            return seen.toString();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @TempDir
    Path directory;

    private final Numbers numbers = new Numbers();
    private final Metrics metrics = new Metrics();
    private Path socket = Path.of("");
    private Optional<AdminServer> server = Optional.empty();

    @BeforeEach
    void start() {
        socket = directory.resolve("admin.sock");
        AdminApi api = new AdminApi(
                new Health(),
                metrics,
                List.of(new Route("/v1/events", Optional.empty(), parameters -> List.of("a list"))),
                Optional.of(numbers),
                Optional.empty());
        server = Optional.of(AdminServer.start(AdminListeners.on(socket), api, Optional.empty()));
    }

    @AfterEach
    void stop() {
        server.ifPresent(AdminServer::close);
        metrics.close();
    }

    @Test
    void shouldStreamWhatIsThereAndWhatComes() throws IOException {
        numbers.add(2);
        try (Client client = new Client("/v1/events/stream", "")) {
            assertThat(client.until("id: 2"))
                    .contains("200 OK", "text/event-stream", "id: 1\nevent: warning\ndata: {\"number\":1}\n\n");

            numbers.add(1);

            assertThat(client.until("id: 3")).contains("data: {\"number\":3}").doesNotContain("lost");
        }
    }

    @Test
    void shouldGoOnAfterTheLastEventThatTheClientHasSeen() throws IOException {
        numbers.add(5);
        try (Client client = new Client("/v1/events/stream", "Last-Event-ID: 3")) {
            assertThat(client.until("id: 5")).contains("id: 4").doesNotContain("id: 3", "lost");
        }
        try (Client client = new Client("/v1/events/stream?after=4", "")) {
            assertThat(client.until("id: 5")).doesNotContain("id: 4");
        }
    }

    @Test
    void shouldSayThatSomeAreGone() throws IOException {
        numbers.add(50);
        try (Client client = new Client("/v1/events/stream", "Last-Event-ID: 3")) {
            assertThat(client.until("id: 50")).contains("event: lost", "id: 41").doesNotContain("id: 40\n");
        }
    }

    @Test
    void shouldStreamTheListItselfToWhomAsksForThat() throws IOException {
        numbers.add(1);
        try (Client client = new Client("/v1/events", "Accept: text/event-stream")) {
            assertThat(client.until("id: 1")).contains("text/event-stream");
        }
        assertThat(AdminClient.get(socket, "/v1/events").body()).isEqualTo("[\"a list\"]");
    }

    @Test
    void shouldBoundTheStreamsAndForgetThoseThatLeft() throws IOException {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            Client client = new Client("/v1/events/stream", "");
            clients.add(client);
            client.until("warns of");
        }

        try (Client late = new Client("/v1/events/stream", "")) {
            assertThat(late.until("instance")).contains("429", "Retry-After: 10", "close one");
        }
        for (Client client : clients) {
            client.close();
        }

        await().until(numbers.followers::isEmpty);
        try (Client client = new Client("/v1/events/stream", "")) {
            assertThat(client.until("warns of")).contains("200 OK");
        }
    }
}
