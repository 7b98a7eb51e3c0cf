package io.clustermesh.apiserver.mirror;

import io.clustermesh.store.config.Settings;
import java.time.Duration;

/**
 * How much one peer may cost us, so that no peer can cost the others anything.
 *
 * @param keys keys of one peer, mirrored or refused
 * @param bytes keys and values of one peer
 * @param changesPerSecond changes of one peer in the long run; ten seconds' worth may come at once, and first lists
 *     count apart
 * @param cacheTtl how long services of a peer that is away are kept; zero means for ever (Cilium's {@code
 *     --clustermesh-cache-ttl})
 * @param silence without a heartbeat for so long the connection is made anew (Cilium's limit is twice the beat)
 */
public record MirrorLimits(int keys, long bytes, int changesPerSecond, Duration cacheTtl, Duration silence) {

    /** The largest value that is mirrored; etcd takes requests of 1.5 MiB. */
    static final int VALUE_BYTES = 1 << 20;

    private static final int MIB = 1 << 20;

    /** Ten times the largest cluster that Cilium is tested with. */
    public static final MirrorLimits DEFAULT =
            new MirrorLimits(1_000_000, 512L * MIB, 2_000, Duration.ZERO, Duration.ofMinutes(2));

    /** From {@code mirror.cacheTtl}, {@code mirror.maxKeys}, {@code mirror.maxMiB} and {@code mirror.changesPerSecond}. */
    public static MirrorLimits read(Settings settings) {
        return new MirrorLimits(
                settings.integer("mirror.maxKeys", DEFAULT.keys, 1, 100_000_000),
                (long) settings.integer("mirror.maxMiB", (int) (DEFAULT.bytes / MIB), 1, 1 << 20) * MIB,
                settings.integer("mirror.changesPerSecond", DEFAULT.changesPerSecond, 1, 1_000_000),
                settings.duration("mirror.cacheTtl", DEFAULT.cacheTtl),
                DEFAULT.silence);
    }
}
