package io.clustermesh.certs;

import io.clustermesh.model.IpAddress;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Builds and signs X.509 certificates; all that touches BouncyCastle is here. */
final class CertificateBuilder {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** From when to when. */
    record Validity(Instant from, Instant until) {}

    private CertificateBuilder() {}

    static KeyPair newKeyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new CertificateException("this JDK makes no P-256 keys; use a complete JDK 25", e);
        }
    }

    static X509Certificate authority(String commonName, KeyPair keys, Validity validity) {
        X500Name name = name(commonName);
        return build(name, keys.getPrivate(), name, keys.getPublic(), validity, (builder, extensions) -> {
            // path length 0: it signs leaves, and nobody below it may sign
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(keys.getPublic()));
        });
    }

    static X509Certificate leaf(
            X509Certificate authority, PrivateKey signer, LeafRequest request, PublicKey key, Validity validity) {
        X500Name issuer =
                X500Name.getInstance(authority.getSubjectX500Principal().getEncoded());
        return build(issuer, signer, name(request.commonName()), key, validity, (builder, extensions) -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes(request.usage())));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(authority.getPublicKey()));
            GeneralName[] names = generalNames(request.names());
            if (names.length > 0) {
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            }
        });
    }

    private interface Extensions {
        void add(X509v3CertificateBuilder builder, JcaX509ExtensionUtils extensions) throws IOException;
    }

    private static X509Certificate build(
            X500Name issuer,
            PrivateKey signer,
            X500Name subject,
            PublicKey key,
            Validity validity,
            Extensions extensions) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    // positive and unpredictable; RFC 5280, 4.1.2.2 allows 20 octets
                    new BigInteger(159, RANDOM).setBit(158),
                    Date.from(validity.from()),
                    Date.from(validity.until()),
                    subject,
                    key);
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
            extensions.add(builder, identifiers);
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
        } catch (NoSuchAlgorithmException
                | IOException
                | OperatorCreationException
                | java.security.cert.CertificateException e) {
            throw new CertificateException("can't build the certificate of \"%s\"".formatted(subject), e);
        }
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    private static KeyPurposeId[] purposes(LeafUsage usage) {
        List<KeyPurposeId> purposes = new ArrayList<>();
        if (usage.server()) {
            purposes.add(KeyPurposeId.id_kp_serverAuth);
        }
        if (usage.client()) {
            purposes.add(KeyPurposeId.id_kp_clientAuth);
        }
        return purposes.toArray(KeyPurposeId[]::new);
    }

    private static GeneralName[] generalNames(AlternativeNames names) {
        List<GeneralName> all = new ArrayList<>();
        for (String dns : names.dns()) {
            all.add(new GeneralName(GeneralName.dNSName, dns));
        }
        for (IpAddress ip : names.ips()) {
            all.add(new GeneralName(GeneralName.iPAddress, ip.toString()));
        }
        return all.toArray(GeneralName[]::new);
    }
}
