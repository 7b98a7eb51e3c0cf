package io.clustermesh.cli.kube.connect;

import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.Fingerprint;
import io.clustermesh.certs.Leaf;
import io.clustermesh.certs.LeafRequest;
import io.clustermesh.certs.LeafUsage;
import io.clustermesh.certs.PemFiles;
import io.clustermesh.cli.connect.ConnectChecks;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.kube.ConnectionFiles;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.runtime.Clock;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Connecting by join tokens, for people who may not have each other's kubeconfig.
 *
 * <pre>
 *      west                                        east
 *   token create ── offer: address, CA, a key ──►  connect --token: trusts west, points to west
 *   connect --token ◄── answer: address, CA ─────  (sealed with the offer's key)
 *   trusts east, points to east, token is spent
 * </pre>
 */
public final class Joining {

    private final OurMember own;
    private final TokenBook book;
    private final Clock clock;

    /**
     * What came of a token.
     *
     * @param peer the other cluster
     * @param differences what changes here, by Secret
     * @param answer for the other side; empty if the token was an answer itself
     */
    public record Joined(String peer, List<String> differences, Optional<String> answer) {
        public Joined {
            differences = List.copyOf(differences);
        }
    }

    /**
     * A token that was made or used here.
     *
     * @param id its id
     * @param state open, spent or used
     * @param peer the other cluster
     * @param expires its end
     */
    public record Known(String id, String state, String peer, Instant expires) {}

    /** @param member the cluster that offers or joins; one of ours */
    public Joining(Member member, Clock clock) {
        this.own = switch (member) {
            case OurMember ours -> ours;
            case CiliumMember cilium ->
                throw new CommandFailed(
                        "\"%s\" is Cilium's, which knows no join tokens".formatted(cilium.name()),
                        "clustermesh connect with --context and --destination-context");
        };
        this.book = new TokenBook(own, clock);
        this.clock = clock;
    }

    /** Makes an offer for {@code peer}, good for one answer until {@code validity} from now. */
    public String offer(ClusterName peer, Duration validity) {
        if (peer.equals(own.file().name())) {
            throw new IllegalArgumentException("a token for \"%s\" itself joins nobody".formatted(peer));
        }
        ConnectChecks.refuseIfAny(own.objections());
        Leaf leaf =
                own.ca().issue(new LeafRequest("remote-" + peer, AlternativeNames.NONE, LeafUsage.CLIENT, validity));
        String id = UUID.randomUUID().toString();
        Instant expires = clock.now().plus(validity);
        JoinToken token = new JoinToken(
                JoinToken.Kind.OFFER,
                id,
                own.file(),
                peer.value(),
                expires,
                new JoinToken.Credentials(own.caPem(), PemFiles.pem(leaf.certificate()), PemFiles.pem(leaf.key())));
        String text = token.seal(content -> own.ca().seal(content));
        Optional<SecretEdit> _ = book.move(
                new TokenBook.Entry(id, TokenBook.State.OPEN, peer.value(), expires, fingerprint(leaf.certificate())),
                Optional.empty());
        return text;
    }

    /** The tokens that are remembered. */
    public List<Known> known() {
        return book.entries().stream()
                .map(entry -> new Known(
                        entry.id(),
                        entry.state() == TokenBook.State.OPEN && entry.expires().isBefore(clock.now())
                                ? "expired"
                                : entry.state().name().toLowerCase(Locale.ROOT),
                        entry.peer(),
                        entry.expires()))
                .toList();
    }

    /** Makes a token worthless; false if it is not known. */
    public boolean revoke(String id) {
        return book.revoke(id);
    }

    /**
     * Takes an offer, or the answer to one of ours. Everything is checked first.
     *
     * @param wantedFingerprint what the other cluster's CA must have, if that was told by another way
     * @param planOnly only say what would change
     */
    public Joined join(String text, Optional<String> wantedFingerprint, boolean planOnly) {
        JoinToken.Sealed sealed = JoinToken.parse(text);
        JoinToken token = sealed.token();
        X509Certificate ca = certificate(token.credentials().ca());
        check(
                token.peer().equals(own.name()),
                "the token is for cluster \"%s\", and this is \"%s\"".formatted(token.peer(), own.name()));
        check(clock.now().isBefore(token.expires()), "the token expired at %s".formatted(token.expires()));
        check(
                wantedFingerprint.isEmpty() || same(wantedFingerprint.get(), fingerprint(ca)),
                "the CA in the token has the fingerprint %s, not the wanted one".formatted(fingerprint(ca)));
        return switch (token.kind()) {
            case OFFER -> take(sealed, ca, planOnly);
            case ANSWER -> finish(sealed, planOnly);
        };
    }

    private Joined take(JoinToken.Sealed sealed, X509Certificate ca, boolean planOnly) {
        JoinToken offer = sealed.token();
        X509Certificate leaf = certificate(offer.credentials().leaf());
        check(
                sealed.isSealedBy(ca.getPublicKey()) && isSignedBy(leaf, ca),
                "the token was changed after it was made, or its CA did not make it");
        Plan plan = plan(offer);
        List<String> differences = plan.differences();
        PrivateKey key = PemFiles.parseKey(offer.credentials().key(), "the token");
        String answer = new JoinToken(
                        JoinToken.Kind.ANSWER,
                        offer.id(),
                        own.file(),
                        offer.cluster().name().value(),
                        offer.expires(),
                        new JoinToken.Credentials(
                                own.caPem(), offer.credentials().leaf(), ""))
                .seal(content -> sign(key, content));
        if (!planOnly) {
            ConnectChecks.refuseIfAny(own.objections());
            claim(
                    new TokenBook.Entry(
                            offer.id(),
                            TokenBook.State.USED,
                            offer.cluster().name().value(),
                            offer.expires(),
                            fingerprint(leaf)),
                    Optional.empty(),
                    plan);
        }
        return new Joined(offer.cluster().name().value(), differences, Optional.of(answer));
    }

    private Joined finish(JoinToken.Sealed sealed, boolean planOnly) {
        JoinToken answer = sealed.token();
        TokenBook.Entry entry = book.find(answer.id())
                .orElseThrow(() -> new CommandFailed(
                        "%s made no token %s, or it was revoked".formatted(own.name(), answer.id()),
                        "clustermesh token list" + own.site().target().options()));
        X509Certificate leaf = certificate(answer.credentials().leaf());
        check(
                entry.leaf().equals(fingerprint(leaf)) && sealed.isSealedBy(leaf.getPublicKey()),
                "the answer was not made with the token that %s gave out".formatted(own.name()));
        String peer = answer.cluster().name().value();
        check(
                entry.peer().equals(peer),
                "token %s was made for \"%s\", and \"%s\" answers".formatted(entry.id(), entry.peer(), peer));
        check(clock.now().isBefore(entry.expires()), "token %s expired at %s".formatted(entry.id(), entry.expires()));
        Plan plan = plan(answer);
        List<String> differences = plan.differences();
        if (!planOnly) {
            claim(entry.as(TokenBook.State.SPENT), Optional.of(TokenBook.State.OPEN), plan);
        }
        return new Joined(peer, differences, Optional.empty());
    }

    /** The token counts as used from before the first edit, and as unused again if the edits fail. */
    private void claim(TokenBook.Entry entry, Optional<TokenBook.State> before, Plan plan) {
        Optional<SecretEdit> undo = book.move(entry, before);
        try {
            plan.apply();
        } catch (RuntimeException e) {
            undo.ifPresent(SecretEdit::apply);
            throw e;
        }
    }

    /** What makes the token's cluster a peer, in both directions, on this side. */
    private Plan plan(JoinToken token) {
        String peer = token.cluster().name().value();
        String ca = token.credentials().ca();
        List<ConnectChecks.Objection> objections = new ArrayList<>(ConnectChecks.check(own.file(), token.cluster()));
        new Connecting(clock).trustRefusal(own, token.cluster().name(), ca).ifPresent(objections::add);
        ConnectChecks.refuseIfAny(objections);
        Member.Credential remote = own.remote();
        return new Plan(List.of(
                SecretEdit.putting(
                        own,
                        Names.PEERS,
                        ConnectionFiles.entry(
                                peer,
                                token.cluster().endpoint().toString(),
                                ca,
                                remote.certificatePem(),
                                remote.keyPem())),
                SecretEdit.putting(own, Names.TRUST, Map.of(peer + ".crt", ca))));
    }

    private static void check(boolean good, String otherwise) {
        if (!good) {
            throw new CommandFailed(otherwise, "ask the other side for a new token (clustermesh token create)");
        }
    }

    private static boolean same(String wanted, String actual) {
        return wanted.replaceAll("[:\\s]", "").equalsIgnoreCase(actual.replace(":", ""));
    }

    private static String fingerprint(X509Certificate certificate) {
        return Fingerprint.of(certificate).hex();
    }

    private static X509Certificate certificate(String pem) {
        return PemFiles.parseCertificates(pem, "the token").getFirst();
    }

    private static boolean isSignedBy(X509Certificate leaf, X509Certificate ca) {
        try {
            leaf.verify(ca.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] sign(PrivateKey key, byte[] content) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new CommandFailed("the token's key can't sign: " + e.getMessage(), "ask for a new token", e);
        }
    }
}
