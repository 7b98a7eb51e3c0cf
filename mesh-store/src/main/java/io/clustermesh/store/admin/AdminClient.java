package io.clustermesh.store.admin;

import io.clustermesh.store.runtime.Clock;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Asks a process's admin API; blocks the calling thread.
 *
 * <p>It speaks just enough HTTP by hand, since a command line that answers at once can't afford to start Vert.x or the
 * JDK's HTTP client (which can't do unix sockets anyway). As HTTP/1.0, so that the server sends no chunks and closes
 * when it is done.
 */
public final class AdminClient {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_ANSWER_BYTES = 64 << 20;
    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

    private AdminClient() {}

    /**
     * @param status HTTP status
     * @param body JSON, a problem document if the status is not 2xx, or metrics text
     */
    public record Answer(int status, String body) {
        /** Whether the status is 2xx. */
        public boolean ok() {
            return status / 100 == 2;
        }
    }

    /**
     * One event of a stream.
     *
     * @param id where to go on after it
     * @param type {@code warning}, or {@code lost}
     * @param data JSON
     */
    public record StreamedEvent(String id, String type, String data) {}

    /** Nobody answers. */
    public static final class Unreachable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String reason;

        private Unreachable(String message, IOException cause) {
            super(message, cause);
            this.reason = "";
        }

        /** @param reason where nobody answers, and why */
        public Unreachable(String reason, Throwable cause) {
            super(reason, cause);
            this.reason = reason;
        }

        /** What a person should read; empty for a unix socket, where it is always that no process listens. */
        public String reason() {
            return reason;
        }
    }

    /**
     * Gets {@code pathAndQuery}, for example {@code /v1/status?peer=east}, within ten seconds.
     *
     * @throws Unreachable if the process does not run, hangs, or the socket is not ours to open
     */
    public static Answer get(Path socket, String pathAndQuery) {
        return send(socket, "GET", pathAndQuery);
    }

    /**
     * Asks for {@code pathAndQuery} by {@code method}: GET, PUT or DELETE, without a body.
     *
     * @throws Unreachable as {@link #get}
     */
    public static Answer send(Path socket, String method, String pathAndQuery) {
        if (!Route.METHODS.contains(method)) {
            throw new IllegalArgumentException("\"%s\" is none of the methods %s".formatted(method, Route.METHODS));
        }
        if (pathAndQuery.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "\"%s\" can't stand in a request line; percent-encode it".formatted(pathAndQuery));
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String request = method + " " + pathAndQuery + " HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            return parse(readAll(channel));
        } catch (IOException e) {
            throw new Unreachable(
                    "nobody answers on %s (%s); is the process running, and is this its user?"
                            .formatted(socket, e.getMessage()),
                    e);
        }
    }

    /**
     * Follows the stream of server-sent events at {@code path} until the server ends it or the thread is interrupted.
     *
     * @param after id of the last event seen, empty for all that is kept
     * @return the id to go on after
     * @throws Unreachable if nobody answers, or with something else than a stream
     */
    public static String follow(Path socket, String path, String after, Consumer<StreamedEvent> consumer) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String resume = after.isEmpty() ? "" : "Last-Event-ID: " + after + "\r\n";
            String request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n" + resume + "\r\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            skipHead(lines);
            return EventLines.read(lines, after, consumer);
        } catch (ClosedByInterruptException e) {
            Thread.currentThread().interrupt();
            return after;
        } catch (IOException e) {
            throw new Unreachable("no stream of events on %s (%s)".formatted(socket, e.getMessage()), e);
        }
    }

    private static void skipHead(BufferedReader lines) throws IOException {
        String status = lines.readLine();
        if (status == null || !status.contains(" 200 ")) {
            throw new IOException("it answers \"" + status + "\"");
        }
        String line = lines.readLine();
        while (line != null && !line.isEmpty()) {
            line = lines.readLine();
        }
    }

    private static byte[] readAll(SocketChannel channel) throws IOException {
        Clock clock = Clock.system();
        long deadline = clock.monotonicNanos() + LIMIT.toNanos();
        ByteArrayOutputStream answer = new ByteArrayOutputStream(16 << 10);
        ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            while (true) {
                long millisLeft = (deadline - clock.monotonicNanos()) / 1_000_000;
                if (millisLeft <= 0 || selector.select(millisLeft) == 0) {
                    throw new IOException("no whole answer within " + LIMIT.toSeconds() + " s");
                }
                selector.selectedKeys().clear();
                int count = channel.read(buffer.clear());
                if (count < 0) {
                    return answer.toByteArray();
                }
                answer.write(buffer.array(), 0, count);
                if (answer.size() > MAX_ANSWER_BYTES) {
                    throw new IOException("an answer of more than " + MAX_ANSWER_BYTES + " bytes");
                }
            }
        }
    }

    private static Answer parse(byte[] answer) throws IOException {
        int head = indexOf(answer, HEAD_END);
        String text = new String(answer, 0, Math.max(head, 0), StandardCharsets.US_ASCII);
        String[] statusLine = text.lines().findFirst().orElse("").split(" ");
        if (head < 0 || statusLine.length < 2 || !statusLine[1].matches("[1-5]\\d\\d")) {
            throw new IOException("an answer that is no HTTP");
        }
        byte[] body = Arrays.copyOfRange(answer, head + HEAD_END.length, answer.length);
        return new Answer(Integer.parseInt(statusLine[1]), new String(body, StandardCharsets.UTF_8));
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }
}
