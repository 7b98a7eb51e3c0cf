package io.clustermesh.store.kv;

/**
 * Which keys a list or a watch covers.
 */
public sealed interface KeyRange {

    /** Exactly one key. */
    record Single(String key) implements KeyRange {}

    /** Every key that starts with {@code prefix}; end it with a slash, or neighbours match too. */
    record Prefix(String prefix) implements KeyRange {}

    /** Whether {@code key} lies in it. */
    default boolean covers(String key) {
        return switch (this) {
            case Single(String only) -> key.equals(only);
            case Prefix(String prefix) -> key.startsWith(prefix);
        };
    }

    static KeyRange key(String key) {
        return new Single(key);
    }

    static KeyRange prefix(String prefix) {
        return new Prefix(prefix);
    }
}
