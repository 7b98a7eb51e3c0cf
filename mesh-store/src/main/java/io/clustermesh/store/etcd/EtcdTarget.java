package io.clustermesh.store.etcd;

import io.clustermesh.store.tls.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which etcd to speak to, and how.
 *
 * @param endpoints {@code http://host:port} or {@code https://host:port}, tried in turn; all of one scheme
 * @param tls own certificate and trust; needed for https
 * @param deadline the longest wait for the answer to one call
 */
public record EtcdTarget(List<URI> endpoints, Optional<TlsFiles> tls, Duration deadline) {

    /** Wait for an answer unless told otherwise. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(10);

    private static final int DEFAULT_PORT = 2379;

    /** @throws IllegalArgumentException naming the endpoint, the rule and the remedy */
    public EtcdTarget {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("no etcd endpoint given; name at least one, like https://host:2379");
        }
        for (URI endpoint : endpoints) {
            boolean secure = "https".equals(endpoint.getScheme());
            if (endpoint.getHost() == null || (!secure && !"http".equals(endpoint.getScheme()))) {
                throw new IllegalArgumentException(
                        "etcd endpoint \"%s\" is not of the form https://host:port; correct it".formatted(endpoint));
            }
            if (secure != tls.isPresent()) {
                throw new IllegalArgumentException(
                        "etcd endpoint \"%s\" and its TLS files disagree; https needs trust, certificate and key, http takes none"
                                .formatted(endpoint));
            }
        }
    }

    /** One endpoint over mutual TLS. */
    public static EtcdTarget secure(URI endpoint, TlsFiles tls) {
        return new EtcdTarget(List.of(endpoint), Optional.of(tls), DEFAULT_DEADLINE);
    }

    /** One endpoint without TLS; for loopback in tests. */
    public static EtcdTarget plaintext(URI endpoint) {
        return new EtcdTarget(List.of(endpoint), Optional.empty(), DEFAULT_DEADLINE);
    }

    /** Host of {@code endpoint}, an IPv6 literal without its brackets. */
    static String host(URI endpoint) {
        String host = endpoint.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Port of {@code endpoint}, 2379 if it names none. */
    static int port(URI endpoint) {
        return endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort();
    }
}
