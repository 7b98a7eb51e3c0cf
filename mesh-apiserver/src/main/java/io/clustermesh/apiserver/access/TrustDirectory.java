package io.clustermesh.apiserver.access;

import io.clustermesh.model.ClusterName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The files of authorities: the own CA, and {@code trust/<peer>.crt} for each connected peer. Read again at every
 * {@link #read}; a file that can't be read is reported and keeps what it said before, so that a half-written file
 * cuts nobody off. Owned by one thread.
 */
public final class TrustDirectory {

    private static final String SUFFIX = ".crt";

    private final Path ownCa;
    private final Path directory;
    private final Map<Anchor, List<X509Certificate>> lastGood = new HashMap<>();

    /**
     * @param ownCa PEM file with the own CA's certificates
     * @param directory holds {@code <peer>.crt}; may be missing as long as there is no peer
     */
    public TrustDirectory(Path ownCa, Path directory) {
        this.ownCa = ownCa;
        this.directory = directory;
    }

    /**
     * @param certificates by anchor, the own one always first
     * @param errors one sentence for each file that can't be used
     */
    public record Reading(Map<Anchor, List<X509Certificate>> certificates, List<String> errors) {}

    /** Reads every file. */
    public Reading read() {
        Map<Anchor, List<X509Certificate>> found = new LinkedHashMap<>();
        List<String> errors = new ArrayList<>();
        take(new Anchor.Own(), ownCa, found, errors);
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .forEach(file -> takePeer(file, found, errors));
        } catch (NoSuchFileException e) {
            // no peers yet
        } catch (IOException e) {
            errors.add("trust directory %s can't be listed: %s; check its rights".formatted(directory, e));
            lastGood.forEach(found::putIfAbsent);
        }
        lastGood.clear();
        lastGood.putAll(found);
        return new Reading(found, List.copyOf(errors));
    }

    private void takePeer(Path file, Map<Anchor, List<X509Certificate>> found, List<String> errors) {
        String name = file.getFileName().toString();
        try {
            ClusterName peer = new ClusterName(name.substring(0, name.length() - SUFFIX.length()));
            take(new Anchor.Peer(peer), file, found, errors);
        } catch (IllegalArgumentException e) {
            errors.add("%s is not named after a peer: %s".formatted(file, e.getMessage()));
        }
    }

    private void take(Anchor anchor, Path file, Map<Anchor, List<X509Certificate>> found, List<String> errors) {
        try {
            found.put(anchor, certificates(file));
        } catch (IOException | CertificateException e) {
            errors.add("%s of the %s can't be read: %s; put the PEM certificate of that CA there"
                    .formatted(file, anchor, e));
            List<X509Certificate> before = lastGood.get(anchor);
            if (before != null) {
                found.put(anchor, before);
            }
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException, CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                certificates.add((X509Certificate) certificate);
            }
        }
        if (certificates.isEmpty()) {
            throw new CertificateException("no certificate in it");
        }
        return certificates;
    }
}
