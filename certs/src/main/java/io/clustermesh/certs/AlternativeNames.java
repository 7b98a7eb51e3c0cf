package io.clustermesh.certs;

import io.clustermesh.model.IpAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * The names by which clients reach a server (subject alternative names, RFC 5280, 4.2.1.6).
 *
 * @param dns host names; a leading {@code *.} stands for one label
 * @param ips addresses
 */
public record AlternativeNames(List<String> dns, List<IpAddress> ips) {

    private static final int SAN_DNS = 2;
    private static final int SAN_IP = 7;

    /** No names: a client's leaf. */
    public static final AlternativeNames NONE = new AlternativeNames(List.of(), List.of());

    /** This machine itself. */
    public static final AlternativeNames LOOPBACK =
            new AlternativeNames(List.of("localhost"), List.of(IpAddress.parse("127.0.0.1"), IpAddress.parse("::1")));

    /** @throws IllegalArgumentException for a DNS name that no certificate may hold */
    public AlternativeNames {
        dns = dns.stream().distinct().toList();
        ips = ips.stream().distinct().toList();
        for (String name : dns) {
            if (!name.matches("(\\*\\.)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,251}[A-Za-z0-9])?")) {
                throw new IllegalArgumentException(
                        "\"%s\" is no DNS name; use letters, digits, '-' and '.', at most 253 of them".formatted(name));
            }
        }
    }

    /** These names and those of {@code other}. */
    public AlternativeNames and(AlternativeNames other) {
        return new AlternativeNames(
                Stream.concat(dns.stream(), other.dns.stream()).toList(),
                Stream.concat(ips.stream(), other.ips.stream()).toList());
    }

    /** The names in {@code certificate}; those of other kinds are left out. */
    public static AlternativeNames of(X509Certificate certificate) {
        List<String> dns = new ArrayList<>();
        List<IpAddress> ips = new ArrayList<>();
        try {
            Collection<List<?>> entries = certificate.getSubjectAlternativeNames();
            if (entries == null) {
                return NONE;
            }
            for (List<?> entry : entries) {
                if (entry.get(0).equals(SAN_DNS)) {
                    dns.add((String) entry.get(1));
                } else if (entry.get(0).equals(SAN_IP)) {
                    ips.add(IpAddress.parse((String) entry.get(1)));
                }
            }
        } catch (CertificateParsingException e) {
            throw new CertificateException(
                    "the alternative names of \"%s\" can't be read; issue the leaf again"
                            .formatted(certificate.getSubjectX500Principal()),
                    e);
        }
        return new AlternativeNames(dns, ips);
    }
}
