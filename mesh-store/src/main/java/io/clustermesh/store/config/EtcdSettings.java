package io.clustermesh.store.config;

import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.tls.TlsFiles;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How every process writes down which etcd, or mesh-apiserver, it speaks to:
 *
 * <pre>{@code
 * etcd:
 *   endpoint: https://127.0.0.1:2378
 *   trust: ../pki/ca.crt
 *   certificate: ../pki/admin.crt
 *   key: ../pki/admin.key
 * }</pre>
 *
 * <p>With {@code http://}, for tests on loopback, there are no files to name.
 */
public final class EtcdSettings {

    private EtcdSettings() {}

    /** @param section dotted path of the settings, for example {@code etcd} */
    public static EtcdTarget read(Settings settings, String section) {
        URI endpoint = settings.parsed(section + ".endpoint", "https://127.0.0.1:2378", URI::create);
        Optional<TlsFiles> tls = "http".equals(endpoint.getScheme())
                ? Optional.empty()
                : Optional.of(new TlsFiles(
                        settings.path(section + ".trust"),
                        settings.path(section + ".certificate"),
                        settings.path(section + ".key")));
        return new EtcdTarget(List.of(endpoint), tls, EtcdTarget.DEFAULT_DEADLINE);
    }
}
