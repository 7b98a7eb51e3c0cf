package io.clustermesh.apiserver.api;

import java.net.InetSocketAddress;

/**
 * Where the API listens, and under which name it is found.
 *
 * @param host address to listen on, {@code 0.0.0.0} for all
 * @param port TCP port, 2379 by custom, 0 for any
 * @param advertisedUrl what the member list tells clients, for example {@code https://172.30.1.2:2379}
 */
public record ApiEndpoint(String host, int port, String advertisedUrl) {

    public ApiEndpoint {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "port %d is not in 0..65535; correct the listen address".formatted(port));
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }
}
