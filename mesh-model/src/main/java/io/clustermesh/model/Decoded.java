package io.clustermesh.model;

import java.util.Optional;

/**
 * What came of decoding bytes from the kvstore. A malformed value is an expected outcome, not a fault: the peer may be
 * newer, broken or hostile.
 *
 * @param <T> the record that was expected
 */
public sealed interface Decoded<T> {

    /** The bytes made sense. */
    record Value<T>(T value) implements Decoded<T> {}

    /**
     * They did not.
     *
     * @param reason object, rule and value seen, fit for a status row
     */
    record Malformed<T>(String reason) implements Decoded<T> {}

    /** The value, if there is one. */
    default Optional<T> asOptional() {
        return switch (this) {
            case Value<T>(T value) -> Optional.of(value);
            case Malformed<T> ignored -> Optional.empty();
        };
    }
}
