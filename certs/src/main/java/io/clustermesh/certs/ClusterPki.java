package io.clustermesh.certs;

import io.clustermesh.model.ClusterName;
import io.clustermesh.store.runtime.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code pki} folder of a cluster's home: its CA and all {@linkplain LeafName leaves}. Owns no thread; callers must
 * not use one folder from two threads at once.
 */
public final class ClusterPki {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterPki.class);

    private final Path folder;
    private final ClusterName cluster;
    private final ClusterCa ca;
    private final Clock clock;

    private ClusterPki(Path folder, ClusterName cluster, ClusterCa ca, Clock clock) {
        this.folder = folder;
        this.cluster = cluster;
        this.ca = ca;
        this.clock = clock;
    }

    /**
     * Makes everything that {@code home/pki} lacks: the CA if there is none, and every leaf that is missing, was signed
     * by another CA, or names other servers. What is good stays as it is, so calling it again changes nothing.
     *
     * @param serverNames addresses and names by which agents and peers reach mesh-apiserver; loopback is added
     */
    public static ClusterPki issueAll(Path home, ClusterName cluster, AlternativeNames serverNames, Clock clock) {
        Path folder = home.resolve("pki");
        ClusterCa ca =
                ClusterCa.existsIn(folder) ? ClusterCa.load(folder, clock) : ClusterCa.createIn(folder, cluster, clock);
        ClusterPki pki = new ClusterPki(folder, cluster, ca, clock);
        for (LeafName name : LeafName.values()) {
            LeafRequest request = name.request(cluster, serverNames);
            if (!pki.holds(name, request)) {
                ca.issue(request).writeTo(folder, name.file());
            }
        }
        return pki;
    }

    /** As {@link #issueAll(Path, ClusterName, AlternativeNames, Clock)} by the machine's clock. */
    public static ClusterPki issueAll(Path home, ClusterName cluster, AlternativeNames serverNames) {
        return issueAll(home, cluster, serverNames, Clock.system());
    }

    /** The folder of a cluster that has its CA already. */
    public static ClusterPki open(Path home, ClusterName cluster, Clock clock) {
        Path folder = home.resolve("pki");
        return new ClusterPki(folder, cluster, ClusterCa.load(folder, clock), clock);
    }

    /** The cluster's CA. */
    public ClusterCa ca() {
        return ca;
    }

    /** Certificate file of a leaf; its key stands beside it. */
    public Path certificateFile(LeafName name) {
        return folder.resolve(name.file() + ".crt");
    }

    /** Key file of a leaf. */
    public Path keyFile(LeafName name) {
        return folder.resolve(name.file() + ".key");
    }

    /**
     * Renews each leaf of which less than a third of its validity is left.
     *
     * <p>The key stays: only the certificate is replaced, in one step, so a process that reads the pair at that moment
     * never gets a certificate and a key that don't belong together. To change a key, delete the pair and {@link
     * #issueAll} again while its process is down.
     *
     * @return the leaves that were renewed
     */
    public Set<LeafName> renewDue() {
        Set<LeafName> renewed = EnumSet.noneOf(LeafName.class);
        for (LeafName name : LeafName.values()) {
            X509Certificate old = read(name);
            if (CertificateExpiry.of(certificateFile(name), old).renewalDue(clock.now())) {
                LeafRequest request = name.request(cluster, AlternativeNames.of(old));
                X509Certificate fresh = ca.sign(request, old.getPublicKey());
                PemFiles.writeCertificate(certificateFile(name), fresh);
                renewed.add(name);
                LOG.atInfo()
                        .addKeyValue("leaf", name.file())
                        .addKeyValue("cluster", cluster)
                        .addKeyValue("until", fresh.getNotAfter().toInstant())
                        .log("leaf renewed");
            }
        }
        return renewed;
    }

    /** How long the CA and the leaves last, the CA first. */
    public List<CertificateExpiry> expiries() {
        List<CertificateExpiry> all = new ArrayList<>();
        all.add(CertificateExpiry.of(folder.resolve("ca.crt"), ca.certificate()));
        for (LeafName name : LeafName.values()) {
            if (Files.exists(certificateFile(name))) {
                all.add(CertificateExpiry.of(certificateFile(name), read(name)));
            }
        }
        return all;
    }

    private boolean holds(LeafName name, LeafRequest request) {
        if (!Files.exists(certificateFile(name)) || !Files.exists(keyFile(name))) {
            return false;
        }
        return ca.vouchesFor(read(name), request);
    }

    private X509Certificate read(LeafName name) {
        return PemFiles.readCertificates(certificateFile(name)).getFirst();
    }
}
