package io.clustermesh.certs;

import io.clustermesh.certs.TrustChange.Added;
import io.clustermesh.certs.TrustChange.AlreadyTrusted;
import io.clustermesh.certs.TrustChange.Refused;
import io.clustermesh.certs.TrustChange.Rule;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CAs of the peers that a cluster trusts: {@code trust/<peer>.crt} in its home, one certificate each. The file's
 * name is the peer's name, and fences what that CA may vouch for. Owns no thread.
 */
public final class TrustBundle {

    private static final Logger LOG = LoggerFactory.getLogger(TrustBundle.class);

    private final Path folder;
    private final ClusterName own;
    private final X509Certificate ownCa;
    private final Clock clock;

    /**
     * @param home the cluster's home
     * @param own its name
     * @param ownCa its own CA, which no peer may have
     */
    public TrustBundle(Path home, ClusterName own, X509Certificate ownCa, Clock clock) {
        this.folder = home.resolve("trust");
        this.own = own;
        this.ownCa = ownCa;
        this.clock = clock;
    }

    /** Trusts {@code ca} to speak for {@code peer}, if it keeps to the {@linkplain Rule rules}. */
    public TrustChange add(ClusterName peer, X509Certificate ca) {
        List<TrustedPeer> trusted = list();
        Optional<TrustedPeer> same =
                trusted.stream().filter(t -> t.name().equals(peer)).findFirst();
        if (same.isPresent() && same.get().certificate().equals(ca)) {
            return new AlreadyTrusted(same.get());
        }
        Optional<Refused> refused = new TrustRules(own, ownCa, trusted).check(peer, ca, clock.now());
        if (refused.isPresent()) {
            LOG.atWarn()
                    .addKeyValue("peer", peer)
                    .addKeyValue("rule", refused.get().rule())
                    .log("peer's CA refused");
            return refused.get();
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CertificateException("can't make the folder %s: %s".formatted(folder, e), e);
        }
        TrustedPeer added = new TrustedPeer(peer, ca, file(peer));
        PemFiles.writeCertificate(added.file(), ca);
        LOG.atInfo()
                .addKeyValue("peer", peer)
                .addKeyValue("fingerprint", added.fingerprint())
                .log("peer's CA trusted");
        return new Added(added);
    }

    /** As {@link #add(ClusterName, X509Certificate)}, from a PEM file. */
    public TrustChange add(ClusterName peer, Path caFile) {
        List<X509Certificate> certificates = PemFiles.readCertificates(caFile);
        if (certificates.size() != 1) {
            return new Refused(
                    Rule.IS_A_CA,
                    "%s holds %d certificates, a peer has one CA; keep only the CA that signs its leaves"
                            .formatted(caFile, certificates.size()));
        }
        return add(peer, certificates.getFirst());
    }

    /** Trusts the peer no longer. False if it was not trusted. */
    public boolean remove(ClusterName peer) {
        try {
            boolean removed = Files.deleteIfExists(file(peer));
            if (removed) {
                LOG.atInfo().addKeyValue("peer", peer).log("peer's CA no longer trusted");
            }
            return removed;
        } catch (IOException e) {
            throw new CertificateException("can't delete %s: %s".formatted(file(peer), e), e);
        }
    }

    /** The trusted peers by name. A file that is no certificate, or whose name is no cluster's, is a fault. */
    public List<TrustedPeer> list() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<TrustedPeer> peers = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "[!.]*.crt")) {
            for (Path file : files) {
                String fileName = file.getFileName().toString();
                ClusterName name = new ClusterName(fileName.substring(0, fileName.length() - ".crt".length()));
                peers.add(new TrustedPeer(name, PemFiles.readCertificates(file).getFirst(), file));
            }
        } catch (IOException e) {
            throw new CertificateException("can't list %s: %s".formatted(folder, e), e);
        } catch (IllegalArgumentException e) {
            throw new CertificateException(
                    "a file in %s is not named after a cluster: %s".formatted(folder, e.getMessage()), e);
        }
        peers.sort(Comparator.comparing(TrustedPeer::name));
        return peers;
    }

    private Path file(ClusterName peer) {
        return folder.resolve(peer + ".crt");
    }
}
