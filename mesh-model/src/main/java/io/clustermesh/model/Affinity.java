package io.clustermesh.model;

import java.util.Locale;
import java.util.Optional;

/** Which clusters' backends a global service prefers (annotation {@code service.cilium.io/affinity}). */
public enum Affinity {
    /** Local backends while there are any, else those of the peers. */
    LOCAL,
    /** The peers' backends while there are any, else local ones. */
    REMOTE,
    /** All backends alike. */
    NONE;

    /** Reads the annotation's value, in any case; empty text is {@link #NONE}, an unknown one is empty. */
    public static Optional<Affinity> parse(String text) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "local" -> Optional.of(LOCAL);
            case "remote" -> Optional.of(REMOTE);
            case "none", "" -> Optional.of(NONE);
            default -> Optional.empty();
        };
    }

    /** The annotation's spelling. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
