package io.clustermesh.store.sync;

/**
 * Thrown by a {@link Change.Consumer} that can't take more: the reflector forgets what it read, keeps the reason in its
 * freshness, and lists again only after a long pause, since listing is what it can't afford.
 */
public final class OverLimit extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param reason the limit, the value seen and the remedy */
    public OverLimit(String reason) {
        super(reason);
    }
}
