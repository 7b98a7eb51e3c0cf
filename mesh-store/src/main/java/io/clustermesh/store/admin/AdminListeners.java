package io.clustermesh.store.admin;

import io.clustermesh.store.config.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a process answers:
 *
 * <pre>{@code
 * admin:
 *   socket: /var/lib/clustermesh/west/run/mesh-apiserver.sock   # mode 0600
 *   listen: 0.0.0.0:9443                                        # off if left out; mutual TLS, role admin
 * health:
 *   listen: 127.0.0.1:9080                                      # off if left out; /livez and /readyz only
 * }</pre>
 *
 * @param socket unix socket of mode 0600
 * @param mutualTls TCP with mutual TLS
 * @param health TCP without any, for those who may only know whether the process is well
 */
public record AdminListeners(Path socket, Optional<HostPort> mutualTls, Optional<HostPort> health) {

    /** {@code sockaddr_un.sun_path} has 108 bytes, one of them the final zero; we need four for the name at first. */
    private static final int MAX_PATH_BYTES = 103;

    /** @throws IllegalArgumentException if the socket's path is too long for one */
    public AdminListeners {
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException(
                    "admin socket %s: the path of a unix socket has at most %d bytes; choose a shorter one"
                            .formatted(socket, MAX_PATH_BYTES));
        }
    }

    /** The socket alone. */
    public static AdminListeners on(Path socket) {
        return new AdminListeners(socket, Optional.empty(), Optional.empty());
    }

    /** Reads {@code admin.socket}, which must be there, and {@code health.listen}: for a process without certificates. */
    public static AdminListeners readLocal(Settings settings) {
        return new AdminListeners(settings.path("admin.socket"), Optional.empty(), healthListener(settings));
    }

    private static Optional<HostPort> healthListener(Settings settings) {
        return settings.parsedIfAny("health.listen", "127.0.0.1:9080", HostPort::parse);
    }

    /** Reads {@code admin.socket}, {@code admin.listen} and {@code health.listen}. */
    public static AdminListeners read(Settings settings, Path defaultSocket) {
        return new AdminListeners(
                settings.path("admin.socket", defaultSocket.toString()),
                settings.parsedIfAny("admin.listen", "127.0.0.1:9443", HostPort::parse),
                healthListener(settings));
    }
}
