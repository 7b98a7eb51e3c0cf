package io.clustermesh.store.testing;

import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * The machine's own {@code etcd} binary on free loopback ports, with its data in a temporary directory. Closing stops
 * it by its process handle and deletes the directory; it can be stopped and started in between, on the same port and
 * data.
 */
public final class EtcdServer implements AutoCloseable {

    private static final List<Path> PLACES = List.of(Path.of("/usr/bin/etcd"), Path.of("/usr/local/bin/etcd"));

    private final Path directory;
    private final int clientPort;
    private final int peerPort;
    private final Optional<TlsFiles> tls;
    private Optional<Process> process = Optional.empty();

    private EtcdServer(Path directory, int clientPort, int peerPort, Optional<TlsFiles> tls) {
        this.directory = directory;
        this.clientPort = clientPort;
        this.peerPort = peerPort;
        this.tls = tls;
    }

    /** Starts one without TLS and waits until it answers. Skips the test where no etcd is installed. */
    public static EtcdServer start() {
        return start(Optional.empty());
    }

    /** Starts one with mutual TLS: {@code tls} holds its own certificate and the authority of its clients. */
    public static EtcdServer start(TlsFiles tls) {
        return start(Optional.of(tls));
    }

    private static EtcdServer start(Optional<TlsFiles> tls) {
        Assumptions.assumeTrue(PLACES.stream().anyMatch(Files::isExecutable), "needs the etcd binary (etcd-server)");
        try {
            EtcdServer server =
                    new EtcdServer(Files.createTempDirectory("clustermesh-etcd"), freePort(), freePort(), tls);
            server.up();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where clients find it. */
    public URI endpoint() {
        return URI.create((tls.isPresent() ? "https" : "http") + "://127.0.0.1:" + clientPort);
    }

    /** Starts it again after {@link #down()}. */
    public void up() {
        List<String> command = new ArrayList<>(List.of(
                PLACES.stream()
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElseThrow()
                        .toString(),
                "--name=test",
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=" + endpoint(),
                "--advertise-client-urls=" + endpoint(),
                "--listen-peer-urls=http://127.0.0.1:" + peerPort,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort,
                "--initial-cluster=test=http://127.0.0.1:" + peerPort,
                "--initial-cluster-token=" + directory.getFileName(),
                "--unsafe-no-fsync"));
        tls.ifPresent(files -> command.addAll(List.of(
                "--cert-file=" + files.certificate(),
                "--key-file=" + files.key(),
                "--trusted-ca-file=" + files.trust(),
                "--client-cert-auth=true")));
        if (!supportsNoFsync()) {
            command.remove("--unsafe-no-fsync");
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("etcd.log").toFile()));
        try {
            process = Optional.of(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await("etcd listens, its log is " + directory.resolve("etcd.log"))
                .pollInSameThread()
                .until(() -> listens(clientPort));
    }

    /** Kills it, as a crash would; data and port stay. */
    public void down() {
        process.ifPresent(running -> {
            running.destroyForcibly();
            try {
                running.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        process = Optional.empty();
    }

    /** Deletes the data, so that the next {@link #up()} begins another history. */
    public void wipe() {
        delete(directory.resolve("data"));
    }

    @Override
    public void close() {
        down();
        delete(directory);
    }

    // 3.5 knows the flag, Debian's 3.4 does not
    private static boolean supportsNoFsync() {
        try {
            Process version = new ProcessBuilder(
                            PLACES.stream()
                                    .filter(Files::isExecutable)
                                    .findFirst()
                                    .orElseThrow()
                                    .toString(),
                            "--version")
                    .start();
            return !new String(version.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                    .contains("etcd Version: 3.4");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            tree.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
