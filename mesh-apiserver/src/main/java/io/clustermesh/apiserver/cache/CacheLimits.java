package io.clustermesh.apiserver.cache;

/**
 * How much of the past is kept. Whichever bound is reached first decides; the newest revision always stays.
 *
 * @param steps revisions
 * @param bytes memory of those revisions' changes
 */
public record CacheLimits(int steps, long bytes) {

    /** 20,000 revisions or 32 MiB: minutes of heavy churn, hours of an ordinary cluster. */
    public static final CacheLimits DEFAULT = new CacheLimits(20_000, 32L << 20);

    public CacheLimits {
        if (steps < 1 || bytes < 1) {
            throw new IllegalArgumentException(
                    "the history holds %d revisions and %d bytes, both must be at least 1; raise them"
                            .formatted(steps, bytes));
        }
    }
}
