package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.Role;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where the API listens, and under which name it is found.
 *
 * @param host address to listen on, {@code 0.0.0.0} for all
 * @param port TCP port, 2379 by custom, 0 for any
 * @param advertisedUrl what the member list tells clients, for example {@code https://172.30.1.2:2379}
 * @param reusePort other replicas may listen on the same address; the kernel spreads connections over them
 * @param plaintext a second listener without TLS
 */
public record ApiEndpoint(
        String host, int port, String advertisedUrl, boolean reusePort, Optional<Plaintext> plaintext) {

    /**
     * A listener without TLS, for benchmarks and for looking at traffic. It is bound to 127.0.0.1 and nowhere else,
     * and everybody on this machine who connects has its role.
     *
     * @param port TCP port, 0 for any
     * @param role what its clients may read
     */
    public record Plaintext(int port, Role.Kind role) {

        static final String HOST = "127.0.0.1";

        public Plaintext {
            checkPort(port);
        }

        InetSocketAddress address() {
            return new InetSocketAddress(HOST, port);
        }
    }

    public ApiEndpoint {
        checkPort(port);
    }

    /** One listener, not shared. */
    public ApiEndpoint(String host, int port, String advertisedUrl) {
        this(host, port, advertisedUrl, false, Optional.empty());
    }

    private static void checkPort(int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "port %d is not in 0..65535; correct the listen address".formatted(port));
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }
}
