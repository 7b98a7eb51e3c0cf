package io.clustermesh.cli.kube.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.store.config.Settings;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;

/**
 * What goes from one cluster's people to the other's, as one line of text: an offer, and the answer to it.
 *
 * <p>An offer holds a key and is sealed by the CA of the cluster that makes it; the answer is sealed with that key, so that
 * only who had the offer can answer.
 *
 * @param kind offer or answer
 * @param id the same in an offer and its answer
 * @param cluster who makes it
 * @param peer for whom it is made, and for nobody else
 * @param expires after which it is worth nothing
 * @param credentials certificates and key
 */
record JoinToken(Kind kind, String id, ClusterFile cluster, String peer, Instant expires, Credentials credentials) {

    private static final String PREFIX = "clustermesh-join-1.";
    private static final int LARGEST = 1 << 16;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Which of the two. */
    enum Kind {
        OFFER,
        ANSWER
    }

    /**
     * @param ca CA of the cluster that makes the token, PEM
     * @param leaf certificate of the offer's key, PEM, signed by the offering cluster's CA
     * @param key the offer's key, PEM; empty in an answer
     */
    record Credentials(String ca, String leaf, String key) {
        @Override
        public String toString() {
            return "Credentials[secret]";
        }
    }

    /** A token with its seal, which is not verified yet. */
    @SuppressWarnings("ArrayRecordComponent")
    record Sealed(JoinToken token, byte[] content, byte[] seal) {

        /** Whether {@code key} made the seal. */
        boolean isSealedBy(PublicKey key) {
            try {
                Signature signature = Signature.getInstance("SHA256withECDSA");
                signature.initVerify(key);
                signature.update(content);
                return signature.verify(seal);
            } catch (GeneralSecurityException e) {
                return false;
            }
        }
    }

    /** Signs bytes. */
    @FunctionalInterface
    interface Sealer {
        byte[] seal(byte[] content);
    }

    /** The text that people pass on. */
    String seal(Sealer sealer) {
        byte[] content = content();
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        return PREFIX + encoder.encodeToString(content) + "." + encoder.encodeToString(sealer.seal(content));
    }

    /** Reads what {@link #seal} wrote. */
    static Sealed parse(String text) {
        String line = text.strip();
        String[] parts = line.startsWith(PREFIX) && line.length() < LARGEST
                ? line.substring(PREFIX.length()).split("\\.", -1)
                : new String[0];
        if (parts.length != 2) {
            throw notAToken(null);
        }
        try {
            byte[] content = Base64.getUrlDecoder().decode(parts[0]);
            JsonNode root = JSON.readTree(content);
            JoinToken token = new JoinToken(
                    Kind.valueOf(root.path("kind").asText()),
                    root.path("id").asText(),
                    ClusterFile.read(
                            Settings.of(Path.of("token"), root.path("cluster").asText())),
                    root.path("peer").asText(),
                    Instant.parse(root.path("expires").asText()),
                    new Credentials(
                            root.path("ca").asText(),
                            root.path("leaf").asText(),
                            root.path("key").asText()));
            return new Sealed(token, content, Base64.getUrlDecoder().decode(parts[1]));
        } catch (java.io.IOException | RuntimeException e) {
            throw notAToken(e);
        }
    }

    private static CommandFailed notAToken(@org.jspecify.annotations.Nullable Exception cause) {
        CommandFailed failure = new CommandFailed(
                "this is no join token" + (cause == null ? "" : ": " + cause.getMessage()),
                "ask for a new one, made with \"clustermesh token create\", and take the whole line");
        if (cause != null) {
            failure.addSuppressed(cause);
        }
        return failure;
    }

    private byte[] content() {
        ObjectNode root = JSON.createObjectNode();
        root.put("kind", kind.name());
        root.put("id", id);
        root.put("cluster", cluster.yaml());
        root.put("peer", peer);
        root.put("expires", expires.toString());
        root.put("ca", credentials.ca());
        root.put("leaf", credentials.leaf());
        root.put("key", credentials.key());
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a token has no JSON form", e);
        }
    }
}
