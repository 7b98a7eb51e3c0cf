package io.clustermesh.store.etcd;

import io.clustermesh.model.IpAddress;
import io.clustermesh.store.tls.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which etcd to speak to, and how.
 *
 * @param endpoints {@code http://host:port} or {@code https://host:port}, tried in turn; all of one scheme
 * @param tls own certificate and trust; needed for https
 * @param deadline the longest wait for the answer to one call
 * @param hosts addresses of host names that DNS need not know; the server must still have the name in its certificate
 */
public record EtcdTarget(List<URI> endpoints, Optional<TlsFiles> tls, Duration deadline, Map<String, IpAddress> hosts) {

    /** Wait for an answer unless told otherwise. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(10);

    private static final int DEFAULT_PORT = 2379;

    /** @throws IllegalArgumentException naming the endpoint, the rule and the remedy */
    public EtcdTarget {
        endpoints = List.copyOf(endpoints);
        hosts = Map.copyOf(hosts);
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

    /** Hosts are as DNS says. */
    public EtcdTarget(List<URI> endpoints, Optional<TlsFiles> tls, Duration deadline) {
        this(endpoints, tls, deadline, Map.of());
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

    /** The address of the host of {@code endpoint}, if this says one. */
    Optional<IpAddress> address(URI endpoint) {
        return Optional.ofNullable(hosts.get(host(endpoint)));
    }

    /** Port of {@code endpoint}, 2379 if it names none. */
    static int port(URI endpoint) {
        return endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort();
    }
}
