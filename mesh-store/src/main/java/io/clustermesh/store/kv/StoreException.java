package io.clustermesh.store.kv;

import org.jspecify.annotations.Nullable;

/** A kvstore call failed; the subtype says what to do about it. */
public abstract sealed class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Unreachable, overloaded, no leader or timed out: try again after a pause. A write may or may not have happened. */
    public static final class Unavailable extends StoreException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** This certificate may not do that: a person must act. */
    public static final class Denied extends StoreException {
        private static final long serialVersionUID = 1L;

        public Denied(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The request itself is wrong (too large, compacted or future revision, unknown lease): retrying won't help. */
    public static final class Invalid extends StoreException {
        private static final long serialVersionUID = 1L;

        public Invalid(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
