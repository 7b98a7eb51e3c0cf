package io.clustermesh.store.admin;

import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin API of one process: HTTP on a unix socket of mode 0600, and where {@link AdminListeners} say so over TCP with
 * mutual TLS, and for health alone in the clear.
 *
 * <p>It owns a small Vert.x of its own: one event loop that accepts and writes, two workers on which the views run. The
 * JDK's own unix sockets carry it (Vert.x' NIO transport), no native library is needed.
 */
public final class AdminServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int LIMIT_SECONDS = 10;
    private static final int IDLE_SECONDS = 60;

    private final Path socket;
    private final Vertx vertx;
    private int tlsPort;
    private int healthPort;

    private AdminServer(Path socket, Vertx vertx) {
        this.socket = socket;
        this.vertx = vertx;
    }

    /**
     * Serves {@code api} until it is closed.
     *
     * @param listeners where; what a dead predecessor left at the socket's place is replaced
     * @param tls needed if they want mutual TLS
     * @throws IllegalStateException if it can't listen at one of them, naming it
     */
    public static AdminServer start(AdminListeners listeners, AdminApi api, Optional<AdminTls> tls) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        AdminServer server = new AdminServer(listeners.socket(), vertx);
        AdminRouter router = new AdminRouter(vertx, api);
        try {
            server.listenOnSocket(router.everything(Optional.empty()));
            if (listeners.mutualTls().isPresent()) {
                AdminTls mutual = tls.orElseThrow(() ->
                        new IllegalArgumentException("admin.listen needs certificates, and this process has none"));
                server.tlsPort = server.listen(
                        "admin.listen",
                        listeners.mutualTls().get(),
                        mutualTls(mutual),
                        router.everything(Optional.of(mutual.access())));
            }
            if (listeners.health().isPresent()) {
                server.healthPort =
                        server.listen("health.listen", listeners.health().get(), plain(), router.healthOnly());
            }
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        LOG.atInfo()
                .addKeyValue("socket", listeners.socket())
                .addKeyValue(
                        "listen", listeners.mutualTls().map(HostPort::toString).orElse("off"))
                .addKeyValue(
                        "health", listeners.health().map(HostPort::toString).orElse("off"))
                .log("admin API is open");
        return server;
    }

    /** Some views on a socket, and no more; see {@link AdminApi#of}. */
    public static AdminServer start(Path socket, Health health, Metrics metrics, Map<String, ? extends View> views) {
        return start(AdminListeners.on(socket), health, metrics, views);
    }

    /** As above, with a health listener if {@code listeners} have one. */
    public static AdminServer start(
            AdminListeners listeners, Health health, Metrics metrics, Map<String, ? extends View> views) {
        return start(listeners, AdminApi.of(health, metrics, views), Optional.empty());
    }

    /** The port of the listener with mutual TLS, 0 if there is none. */
    public int tlsPort() {
        return tlsPort;
    }

    /** The port of the health listener, 0 if there is none. */
    public int healthPort() {
        return healthPort;
    }

    private static HttpServerOptions plain() {
        return new HttpServerOptions().setIdleTimeout(IDLE_SECONDS);
    }

    private static HttpServerOptions mutualTls(AdminTls tls) {
        return plain().setSsl(true)
                .setUseAlpn(false)
                .setAlpnVersions(List.of(HttpVersion.HTTP_1_1))
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                .setKeyCertOptions(KeyCertOptions.wrap(tls.identity()))
                .setTrustOptions(TrustOptions.wrap(tls.trust()));
    }

    private int listen(String setting, HostPort at, HttpServerOptions options, Router router) {
        HttpServer http =
                vertx.createHttpServer(options).requestHandler(router).invalidRequestHandler(AdminRouter::invalid);
        try {
            await(http.listen(SocketAddress.inetSocketAddress(at.port(), at.host())));
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "%s: can't listen on %s (%s); free the port or choose another address"
                            .formatted(setting, at, e.getCause() == null ? e : e.getCause()),
                    e);
        }
        return http.actualPort();
    }

    /** Under another name first, so that the socket never stands there with a mode that lets others in. */
    private void listenOnSocket(Router router) {
        Path unnamed = Path.of(socket + ".new");
        try {
            Path directory = socket.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Files.deleteIfExists(unnamed);
            HttpServer http =
                    vertx.createHttpServer(plain()).requestHandler(router).invalidRequestHandler(AdminRouter::invalid);
            await(http.listen(SocketAddress.domainSocketAddress(unnamed.toString())));
            Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("rw-------"));
            Files.move(unnamed, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    "the admin socket %s can't be opened; check that its directory can be written".formatted(socket),
                    e);
        }
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
                    .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof TimeoutException
                    ? new IllegalStateException("no answer within %d s".formatted(LIMIT_SECONDS), e)
                    : e;
        }
    }
}
