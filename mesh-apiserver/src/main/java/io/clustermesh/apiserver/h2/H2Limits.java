package io.clustermesh.apiserver.h2;

import java.time.Duration;

/**
 * What one client may do. The defaults let every etcd client live that behaves, and cost a hostile one its connection
 * before it costs us anything.
 *
 * @param messageBytes a request message at most
 * @param streams calls open at once on a connection; Go clients put each watch on a stream of its own
 * @param beat how often a connection is looked at: after three silent beats it is pinged, after five it is cut, and the
 *     counts of its control frames begin anew
 */
public record H2Limits(int messageBytes, int streams, Duration beat) {

    /** 2 MiB a request (etcd: 1.5 MiB), 65,536 streams, a ping after half a minute of silence. */
    public static final H2Limits DEFAULT = new H2Limits(2 << 20, 1 << 16, Duration.ofSeconds(10));

    /** What a client may send on one stream before we have taken it. */
    static final int STREAM_WINDOW = 1 << 20;

    /** What a client may send on all streams together before we have seen it. */
    static final int CONNECTION_WINDOW = 16 << 20;

    /** Request bytes that may lie here on one connection, waiting for the rest of their message or for their service. */
    static final long HELD_BYTES = 64L << 20;

    /** Names, values and 32 bytes for each header. */
    static final int HEADER_LIST_BYTES = 16 << 10;

    public H2Limits {
        if (messageBytes < 1 || streams < 1 || beat.isNegative() || beat.isZero()) {
            throw new IllegalArgumentException(
                    "the limits (%d message bytes, %d streams, beat %s) must all be positive; raise them"
                            .formatted(messageBytes, streams, beat));
        }
    }
}
