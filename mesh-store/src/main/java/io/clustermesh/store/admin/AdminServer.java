package io.clustermesh.store.admin;

import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin API of one process: HTTP on a unix socket of mode 0600.
 *
 * <p>It owns a small Vert.x of its own: one event loop that accepts and writes, two workers on which the views run. The
 * JDK's own unix sockets carry it (Vert.x' NIO transport), no native library is needed.
 */
public final class AdminServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    /** {@code sockaddr_un.sun_path} has 108 bytes, one of them the final zero; we need four for the name at first. */
    private static final int MAX_PATH_BYTES = 103;

    private static final int START_SECONDS = 10;

    private final Path socket;
    private final Vertx vertx;

    private AdminServer(Path socket, Vertx vertx) {
        this.socket = socket;
        this.vertx = vertx;
    }

    /**
     * Serves until it is closed.
     *
     * @param socket where; what a dead predecessor left there is replaced
     * @param views by path, for example {@code /v1/status}
     */
    public static AdminServer start(Path socket, Health health, Metrics metrics, Map<String, ? extends View> views) {
        if (socket.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException(
                    "admin socket %s: the path of a unix socket has at most %d bytes; choose a shorter one"
                            .formatted(socket, MAX_PATH_BYTES));
        }
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        AdminServer server = new AdminServer(socket, vertx);
        try {
            server.listen(new AdminRoutes(vertx, health, metrics, views));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw new IllegalStateException(
                    "the admin socket %s can't be opened; check that its directory can be written".formatted(socket),
                    e);
        }
        LOG.atInfo().addKeyValue("socket", socket).log("admin API is open");
        return server;
    }

    /** Under another name first, so that the socket never stands there with a mode that lets others in. */
    private void listen(AdminRoutes routes) throws IOException {
        Path directory = socket.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Path unnamed = Path.of(socket + ".new");
        Files.deleteIfExists(unnamed);
        HttpServer http = vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(60))
                .requestHandler(routes);
        await(http.listen(SocketAddress.domainSocketAddress(unnamed.toString())));
        Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("rw-------"));
        Files.move(unnamed, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        try {
            await(vertx.close());
            Files.deleteIfExists(socket);
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().setCause(e).addKeyValue("socket", socket).log("admin API did not close cleanly");
        }
    }

    private static void await(io.vertx.core.Future<?> future) {
        try {
            future.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(START_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof TimeoutException
                    ? new IllegalStateException("no answer within %d s".formatted(START_SECONDS), e)
                    : e;
        }
    }
}
