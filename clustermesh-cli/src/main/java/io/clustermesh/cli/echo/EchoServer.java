package io.clustermesh.cli.echo;

import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves one address over TCP (HTTP/1.1, keep-alive, any method and path) and UDP. One virtual thread for each
 * connection, one for accepting, one for datagrams.
 */
public final class EchoServer implements AutoCloseable {

    private static final int BACKLOG = 256;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Identity identity;
    private final ServerSocket tcp;
    private final DatagramSocket udp;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean leaving;

    /**
     * Listens and serves at once.
     *
     * @param address address to bind; the wildcard of IPv6 takes both families
     * @param port the port, for both protocols; 0 takes any free one
     */
    public EchoServer(Identity identity, InetAddress address, int port) throws IOException {
        this.identity = identity;
        this.tcp = new ServerSocket();
        tcp.setReuseAddress(true);
        tcp.bind(new InetSocketAddress(address, port), BACKLOG);
        try {
            this.udp = new DatagramSocket(new InetSocketAddress(address, tcp.getLocalPort()));
        } catch (IOException e) {
            tcp.close();
            throw e;
        }
        threads.execute(this::accept);
        threads.execute(this::datagrams);
    }

    /** The port in use. */
    public int port() {
        return tcp.getLocalPort();
    }

    /** From now on answers carry {@code Connection: close}, so that keep-alive clients choose a backend again. */
    public void leave() {
        leaving = true;
    }

    private void accept() {
        while (!tcp.isClosed()) {
            try {
                Socket connection = tcp.accept();
                threads.execute(() -> serve(connection));
            } catch (IOException e) {
                if (!tcp.isClosed()) {
                    System.err.println("echo: could not accept a connection: " + e.getMessage());
                }
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setSoTimeout((int) IDLE.toMillis());
            connection.setTcpNoDelay(true);
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1), 2048);
            boolean again = true;
            while (again) {
                HttpRequest request = HttpRequest.read(in);
                if (request.equals(HttpRequest.END)) {
                    return;
                }
                again = request.keepAlive() && !leaving;
                answer(connection.getOutputStream(), again);
            }
        } catch (IOException e) {
            // The client went away, or sent no HTTP; it is told by the closed connection.
        }
    }

    private void answer(OutputStream out, boolean keepAlive) throws IOException {
        byte[] body = identity.json().getBytes(StandardCharsets.UTF_8);
        String head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n"
                        .formatted(body.length, keepAlive ? "keep-alive" : "close");
        byte[] first = head.getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[first.length + body.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(body, 0, all, first.length, body.length);
        out.write(all);
        out.flush();
    }

    private void datagrams() {
        byte[] buffer = new byte[2048];
        byte[] answer = identity.text().getBytes(StandardCharsets.UTF_8);
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException e) {
                if (!udp.isClosed()) {
                    System.err.println("echo: datagram lost: " + e.getMessage());
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
        threads.shutdownNow();
    }

    /**
     * {@code EchoServer <cluster> <node> <pod> <address> <port> <grace in ms>}; prints {@code ready} once it listens.
     */
    public static void main(String[] args) throws Exception {
        if (args.length != 6) {
            System.err.println("echo: needs <cluster> <node> <pod> <address> <port> <grace in ms>");
            System.exit(2);
        }
        Clock clock = Clock.system();
        Duration grace = Duration.ofMillis(Long.parseLong(args[5]));
        EchoServer server = new EchoServer(
                new Identity(args[0], args[1], args[2]), InetAddress.ofLiteral(args[3]), Integer.parseInt(args[4]));
        Lifecycle lifecycle = new Lifecycle("echo", clock);
        lifecycle.own("server", server);
        lifecycle.own("grace period", () -> {
            server.leave();
            clock.sleep(grace);
        });
        lifecycle.stopOnSignal();
        System.out.println("ready");
        lifecycle.awaitShutdown();
    }
}
