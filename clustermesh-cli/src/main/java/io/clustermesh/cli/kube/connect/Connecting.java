package io.clustermesh.cli.kube.connect;

import io.clustermesh.certs.PemFiles;
import io.clustermesh.certs.TrustChange;
import io.clustermesh.certs.TrustRules;
import io.clustermesh.certs.TrustedPeer;
import io.clustermesh.cli.connect.ConnectChecks;
import io.clustermesh.cli.kube.ConnectionFiles;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.cli.kube.SecretState;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.runtime.Clock;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Works out what makes clusters peers, or no peers any more. Everything is checked before a plan is given out. */
public final class Connecting {

    private final Clock clock;

    /** @param clock what certificates are judged by */
    public Connecting(Clock clock) {
        this.clock = clock;
    }

    /**
     * One direction.
     *
     * @param reader who reads
     * @param read who is read
     */
    public record Pair(Member reader, Member read) {}

    /** The edits that let every reader read. */
    public Plan connect(List<Pair> pairs) {
        List<ConnectChecks.Objection> objections = new ArrayList<>();
        List<SecretEdit> edits = new ArrayList<>();
        for (Pair pair : pairs) {
            List<ConnectChecks.Objection> found = new ArrayList<>(
                    ConnectChecks.check(pair.reader().file(), pair.read().file()));
            found.addAll(pair.read().objections());
            if (pair.reader() instanceof CiliumMember && pair.read() instanceof CiliumMember) {
                found.add(new ConnectChecks.Objection(
                        "\"%s\" and \"%s\" are both Cilium's"
                                .formatted(pair.reader().name(), pair.read().name()),
                        "cilium clustermesh connect"));
            }
            if (found.isEmpty() && pair.read() instanceof OurMember ours) {
                trust(ours, pair.reader(), edits).ifPresent(found::add);
            }
            if (found.isEmpty()) {
                edits.addAll(entry(pair.reader(), pair.read()));
            }
            found.stream().filter(it -> !objections.contains(it)).forEach(objections::add);
        }
        ConnectChecks.refuseIfAny(objections);
        return new Plan(edits);
    }

    /** The edits after which {@code member} has no peer {@code peer}, whatever is left of that. */
    public Plan disconnect(Member member, String peer) {
        List<SecretEdit> edits = new ArrayList<>();
        Set<String> keys = Set.copyOf(ConnectionFiles.keys(peer));
        for (String secret : member.peerSecrets()) {
            edits.add(new SecretEdit(member.name(), member.site(), secret, Map.of(), keys));
        }
        if (member instanceof OurMember) {
            edits.add(new SecretEdit(member.name(), member.site(), Names.TRUST, Map.of(), Set.of(peer + ".crt")));
        }
        return new Plan(edits);
    }

    /** Lets {@code reader} in; a Cilium needs no trust, its certificate is from us. */
    private Optional<ConnectChecks.Objection> trust(OurMember read, Member reader, List<SecretEdit> edits) {
        if (!(reader instanceof OurMember)) {
            return Optional.empty();
        }
        Optional<ConnectChecks.Objection> refused =
                trustRefusal(read, reader.file().name(), reader.caPem());
        if (refused.isEmpty()) {
            edits.add(SecretEdit.putting(read, Names.TRUST, Map.of(reader.name() + ".crt", reader.caPem())));
        }
        return refused;
    }

    /** Why {@code truster} can't trust {@code caPem} to speak for {@code peer}. */
    Optional<ConnectChecks.Objection> trustRefusal(OurMember truster, ClusterName peer, String caPem) {
        Map<String, String> before =
                truster.site().secret(Names.TRUST).map(SecretState::data).orElse(Map.of());
        if (caPem.equals(before.get(peer + ".crt"))) {
            return Optional.empty();
        }
        List<TrustedPeer> trusted = before.entrySet().stream()
                .map(entry -> new TrustedPeer(
                        new ClusterName(entry.getKey().replaceAll("\\.crt$", "")),
                        certificate(entry.getValue()),
                        Path.of(entry.getKey())))
                .toList();
        return new TrustRules(truster.file().name(), truster.ca().certificate(), trusted)
                .check(peer, certificate(caPem), clock.now())
                .map(TrustChange.Refused::message)
                .map(message -> new ConnectChecks.Objection(
                        "cluster \"%s\" can't trust \"%s\": %s".formatted(truster.name(), peer, message),
                        "clustermesh disconnect%s --peer %s"
                                .formatted(truster.site().target().options(), peer)));
    }

    /** What {@code reader} must know to read {@code read}. */
    private static List<SecretEdit> entry(Member reader, Member read) {
        Member.Credential credential = read.credentialFor(reader);
        Map<String, String> entry = read.connection(credential);
        List<String> secrets = reader.peerSecrets();
        List<SecretEdit> edits = new ArrayList<>();
        edits.add(SecretEdit.putting(reader, secrets.getLast(), entry));
        if (secrets.size() > 1) {
            // with kvstoremesh, Cilium's agents read their own cluster's cache
            edits.add(SecretEdit.putting(
                    reader,
                    secrets.getFirst(),
                    Map.of(
                            read.name(),
                            ConnectionFiles.throughOwnCache(reader.site().namespace()))));
        }
        return edits;
    }

    private static X509Certificate certificate(String pem) {
        return PemFiles.parseCertificates(pem, "a CA").getFirst();
    }
}
