package io.clustermesh.cli.demo;

import io.clustermesh.cli.echo.Identity;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Asks a service again and again, with a new connection each time, and writes a line for each request. A program of its
 * own, since it must run in a pod. One virtual thread for each request, so that a slow one holds up nobody; ends when
 * its stdin ends.
 */
final class DemoClient {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
    private static final byte[] QUESTION =
            "GET / HTTP/1.1\r\nHost: echo\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Clock clock;
    private final List<Route> routes;

    private DemoClient(Clock clock, List<Route> routes) {
        this.clock = clock;
        this.routes = routes;
    }

    /** Where the next connection goes: the virtual IP itself, or what stands for the kernel's choice. */
    interface Route {
        InetSocketAddress next() throws IOException;
    }

    /** {@code DemoClient <interval in ms> direct|<socket of node-sync> <ip> <port> [<ip> <port>]...} */
    public static void main(String[] args) throws InterruptedException {
        List<Route> routes = new ArrayList<>();
        for (int i = 2; i + 1 < args.length; i += 2) {
            String ip = args[i];
            int port = Integer.parseInt(args[i + 1]);
            routes.add(
                    args[1].equals("direct")
                            ? () -> new InetSocketAddress(java.net.InetAddress.ofLiteral(ip), port)
                            : new AskedRoute(Path.of(args[1]), ip, port));
        }
        new DemoClient(Clock.system(), routes).run(Duration.ofMillis(Long.parseLong(args[0])));
        System.exit(0);
    }

    private void run(Duration interval) throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var stdin = Executors.newSingleThreadExecutor().submit(() -> System.in.read());
            long next = clock.monotonicNanos();
            for (long n = 0; !stdin.isDone(); n++) {
                Route route = routes.get((int) (n % routes.size()));
                threads.execute(() -> ask(route));
                next += interval.toNanos();
                long pause = next - clock.monotonicNanos();
                if (pause > 0) {
                    clock.sleep(Duration.ofNanos(pause));
                } else {
                    next = clock.monotonicNanos();
                }
            }
            threads.shutdownNow();
        }
    }

    private void ask(Route route) {
        Instant start = clock.now();
        long startNanos = clock.monotonicNanos();
        Request.Outcome outcome = outcome(route);
        Duration took = Duration.ofNanos(clock.monotonicNanos() - startNanos);
        System.out.println(new Request("", start, took, outcome).line());
    }

    private static Request.Outcome outcome(Route route) {
        try (Socket socket = new Socket()) {
            socket.connect(route.next(), (int) CONNECT_LIMIT.toMillis());
            socket.setSoTimeout((int) ANSWER_LIMIT.toMillis());
            socket.getOutputStream().write(QUESTION);
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            int body = answer.indexOf("\r\n\r\n");
            if (body < 0) {
                return new Request.Failed("closed");
            }
            return new Request.Answered(
                    Identity.parseJson(answer.substring(body)).cluster());
        } catch (SocketTimeoutException e) {
            return new Request.Failed("timeout");
        } catch (ConnectException e) {
            return new Request.Failed("refused");
        } catch (IOException e) {
            return new Request.Failed(word(e));
        } catch (RuntimeException e) {
            return new Request.Failed(e.getClass().getSimpleName());
        }
    }

    private static String word(IOException e) {
        String text = String.valueOf(e.getMessage());
        return text.contains("reset") ? "reset" : text.replaceAll("[^A-Za-z0-9]+", "-");
    }
}
