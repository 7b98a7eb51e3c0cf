package io.clustermesh.cli.kube.connect;

import io.clustermesh.certs.CertificateExpiry;
import io.clustermesh.certs.PemFiles;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.kube.ConnectionFiles;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.KubeTarget;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.store.runtime.Clock;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster of Kubernetes that may become a peer, ours or Cilium's. Holds an open client. */
public sealed interface Member extends AutoCloseable permits OurMember, CiliumMember {

    /** Who it is. */
    ClusterFile file();

    /** Its objects. */
    KubeSite site();

    /** The CA of its server's certificate, PEM. */
    String caPem();

    /** Secrets in which it keeps connections; the first is the one that says who its peers are. */
    List<String> peerSecrets();

    /** What {@code reader} shows this cluster. */
    Credential credentialFor(Member reader);

    /** The connection file and its certificates by which this cluster is read with {@code credential}. */
    default Map<String, String> connection(Credential credential) {
        return ConnectionFiles.entry(
                name(), file().endpoint().toString(), caPem(), credential.certificatePem(), credential.keyPem());
    }

    /** Why nobody could connect to it as it is; empty if nothing is against it. */
    List<io.clustermesh.cli.connect.ConnectChecks.Objection> objections();

    /**
     * A client's certificate.
     *
     * @param certificatePem the certificate
     * @param keyPem its key
     */
    record Credential(String certificatePem, String keyPem) {

        /** Whether it is valid for more than a third of its life. */
        boolean isFresh(Clock clock) {
            X509Certificate leaf =
                    PemFiles.parseCertificates(certificatePem, "certificate").getFirst();
            return !CertificateExpiry.of(Path.of("tls.crt"), leaf).renewalDue(clock.now());
        }

        @Override
        public String toString() {
            return "Credential[secret]";
        }
    }

    /** Its name. */
    default String name() {
        return file().name().value();
    }

    /** Opens the cluster at {@code target}: ours, else Cilium's. */
    static Member open(KubeTarget target, Clock clock) {
        KubeSite site = KubeSite.open(target);
        try {
            Optional<ClusterFile> ours = site.clusterFile();
            if (ours.isPresent()) {
                return new OurMember(site, ours.get(), clock);
            }
            KubeSite cilium = KubeSite.open(target.in(CiliumMember.NAMESPACE));
            site.close();
            site = cilium;
            return CiliumMember.find(cilium)
                    .orElseThrow(() -> new CommandFailed(
                            "%s has neither ClusterMesh (no ConfigMap %s/%s) nor a Cilium with a cluster name"
                                    .formatted(target.title(), target.namespace(), Names.CONFIG),
                            "clustermesh enable%s --cluster-name NAME --cluster-id ID".formatted(target.options())));
        } catch (RuntimeException e) {
            site.close();
            throw e;
        }
    }

    @Override
    default void close() {
        site().close();
    }
}
