package io.clustermesh.apiserver.access;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The authorities at one moment, each asked on its own: two CAs of the same subject name can't be mixed up, and it is
 * always known which one a chain ends at. Immutable.
 */
public final class TrustedAuthorities {

    private record Authority(Anchor anchor, X509TrustManager check) {}

    private final AccessRules rules;
    private final List<Authority> authorities;

    private TrustedAuthorities(AccessRules rules, List<Authority> authorities) {
        this.rules = rules;
        this.authorities = List.copyOf(authorities);
    }

    /**
     * @param certificates the CA certificates of each anchor; the own ones are asked first
     */
    public static TrustedAuthorities of(AccessRules rules, Map<Anchor, List<X509Certificate>> certificates) {
        Stream<Anchor> own = certificates.keySet().stream().filter(Anchor.Own.class::isInstance);
        Stream<Anchor> peers = certificates.keySet().stream().filter(Anchor.Peer.class::isInstance);
        List<Authority> authorities = new ArrayList<>();
        Stream.concat(own, peers)
                .forEach(anchor -> authorities.add(
                        new Authority(anchor, checkAgainst(certificates.getOrDefault(anchor, List.of())))));
        return new TrustedAuthorities(rules, authorities);
    }

    /** Which anchors there are. */
    public List<Anchor> anchors() {
        return authorities.stream().map(Authority::anchor).toList();
    }

    /**
     * Finds out who holds {@code chain}, leaf first. If peers share a CA, the anchor that gives the name a role counts.
     */
    public Identity identify(X509Certificate[] chain) {
        if (chain.length == 0) {
            return new Identity.Stranger("it showed no certificate");
        }
        List<Anchor> valid = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        Optional<String> name = commonName(chain[0]);
        for (Authority authority : authorities) {
            try {
                authority
                        .check()
                        .checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            } catch (CertificateException e) {
                if (signedBy(authority, chain)) {
                    faults.add(authority.anchor() + ": " + rootCause(e));
                }
                continue;
            }
            valid.add(authority.anchor());
            Optional<Role> role = name.flatMap(cn -> rules.role(authority.anchor(), cn));
            if (role.isPresent()) {
                return new Identity.Known(role.get());
            }
        }
        String subject = chain[0].getSubjectX500Principal().getName();
        if (valid.isEmpty()) {
            return new Identity.Stranger("its certificate \"%s\", issued by \"%s\", comes from none of %s%s"
                    .formatted(
                            subject,
                            chain[0].getIssuerX500Principal().getName(),
                            anchors(),
                            faults.isEmpty() ? "" : " " + faults));
        }
        return new Identity.NoRole(
                "etcdserver: permission denied: \"%s\" from the %s has no role here; a peer's CA can only make remote-<peer>, the own CA admin-, local- and remote-<cluster>"
                        .formatted(subject, valid.getFirst()));
    }

    private static boolean signedBy(Authority authority, X509Certificate[] chain) {
        X509Certificate last = chain[chain.length - 1];
        for (X509Certificate ca : authority.check().getAcceptedIssuers()) {
            try {
                last.verify(ca.getPublicKey());
                return true;
            } catch (GeneralSecurityException e) {
                // another key: not from this authority
            }
        }
        return false;
    }

    private static String rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private static X509TrustManager checkAgainst(List<X509Certificate> certificates) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < certificates.size(); i++) {
                store.setCertificateEntry("ca-" + i, certificates.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    return x509;
                }
            }
            throw new IllegalStateException("this JDK has no X.509 trust manager for PKIX");
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the CA certificates can't be put into a key store", e);
        }
    }

    /** The one common name of a certificate; nothing if it has none or several. */
    static Optional<String> commonName(X509Certificate certificate) {
        try {
            List<String> names = new LdapName(
                            certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                            .map(rdn -> String.valueOf(rdn.getValue()))
                            .toList();
            return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
