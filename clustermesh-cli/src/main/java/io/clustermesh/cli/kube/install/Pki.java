package io.clustermesh.cli.kube.install;

import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.CertificateExpiry;
import io.clustermesh.certs.ClusterCa;
import io.clustermesh.certs.Leaf;
import io.clustermesh.certs.LeafName;
import io.clustermesh.certs.LeafRequest;
import io.clustermesh.certs.PemFiles;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.cli.kube.SecretState;
import io.clustermesh.cli.kube.manifests.ServerNames;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.runtime.Clock;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster's certificates as Secrets. The CA is made once and never written again; a leaf is made anew if it is missing,
 * says something else than it should, or has less than a third of its life left.
 */
public final class Pki {

    private final KubeSite site;
    private final Clock clock;

    /** @param site where the Secrets are */
    public Pki(KubeSite site, Clock clock) {
        this.site = site;
        this.clock = clock;
    }

    /** The cluster's CA; empty if it has none yet. */
    public Optional<ClusterCa> ca() {
        return site.secret(Names.CA)
                .map(secret -> ClusterCa.parse(
                        secret.require("ca.crt"), secret.require("ca.key"), "Secret " + Names.CA, clock));
    }

    /** The content of the CA's Secret. */
    static Map<String, String> content(ClusterCa ca) {
        return Map.of("ca.crt", PemFiles.pem(ca.certificate()), "ca.key", ca.keyPem());
    }

    /** Secrets that must be written so that all leaves of {@code cluster} are good, by name; empty if they are. */
    Map<String, Map<String, String>> due(ClusterCa ca, ClusterFile cluster) {
        Map<String, Map<String, String>> due = new LinkedHashMap<>();
        requests(cluster, site.namespace()).forEach((name, request) -> {
            if (!isGood(ca, site.secret(name), request)) {
                Leaf leaf = ca.issue(request);
                due.put(
                        name,
                        Map.of(
                                "ca.crt", PemFiles.pem(ca.certificate()),
                                "tls.crt", PemFiles.pem(leaf.certificate()),
                                "tls.key", PemFiles.pem(leaf.key())));
            }
        });
        return due;
    }

    private boolean isGood(ClusterCa ca, Optional<SecretState> secret, LeafRequest request) {
        if (secret.isEmpty() || !secret.get().data().keySet().containsAll(List.of("ca.crt", "tls.crt", "tls.key"))) {
            return false;
        }
        String origin = "Secret " + secret.get().name();
        X509Certificate leaf = PemFiles.parseCertificates(secret.get().require("tls.crt"), origin)
                .getFirst();
        return ca.vouchesFor(leaf, request)
                && secret.get().require("ca.crt").equals(PemFiles.pem(ca.certificate()))
                && !CertificateExpiry.of(Path.of(secret.get().name()), leaf).renewalDue(clock.now());
    }

    /** What each leaf must say, by the name of its Secret. */
    static Map<String, LeafRequest> requests(ClusterFile cluster, String namespace) {
        ClusterName name = cluster.name();
        AlternativeNames inside = ServerNames.of(namespace);
        Map<String, LeafRequest> requests = new LinkedHashMap<>();
        requests.put(Names.SERVER_CERT, LeafName.SERVER.request(name, inside.and(outside(cluster))));
        requests.put(Names.ETCD_CERT, LeafName.ETCD_SERVER.request(name, inside));
        requests.put(Names.ADMIN_CERT, LeafName.ADMIN.request(name, AlternativeNames.NONE));
        requests.put(Names.LOCAL_CERT, LeafName.LOCAL.request(name, AlternativeNames.NONE));
        requests.put(Names.REMOTE_CERT, LeafName.REMOTE.request(name, AlternativeNames.NONE));
        return requests;
    }

    /** By which peers reach mesh-apiserver; those of Cilium's by the name that it makes up. */
    private static AlternativeNames outside(ClusterFile cluster) {
        String mesh = cluster.name() + ".mesh.cilium.io";
        String host = cluster.endpoint().getHost().replaceAll("[\\[\\]]", "");
        try {
            return new AlternativeNames(List.of(mesh), List.of(IpAddress.parse(host)));
        } catch (IllegalArgumentException e) {
            return new AlternativeNames(List.of(mesh, host), List.of());
        }
    }
}
