package io.clustermesh.store.runtime;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last changes that passed through this process, with the moment of each hop, so that the way of one change
 * (source, etcd, peer, kernel map) can be put together from several processes' traces. Bounded; thread-safe.
 */
public final class HopTrace {

    /** Where a change was seen. */
    public enum Hop {
        /** A source saw the object change. */
        SOURCE,
        /** The publisher's write was acknowledged by etcd. */
        PUBLISHED,
        /** A mirror received the peer's event. */
        PEER_RECEIVED,
        /** The mirror's write was acknowledged by the local etcd. */
        MIRRORED,
        /** An agent received the event from its apiserver. */
        AGENT_RECEIVED,
        /** The agent's write to the data plane was done. */
        APPLIED
    }

    /**
     * @param hop which hop
     * @param subject what changed: {@code namespace/name} of the service
     * @param cluster the cluster whose state changed
     * @param at when
     */
    public record Entry(Hop hop, String subject, String cluster, Instant at) {}

    private final Clock clock;
    private final int capacity;
    private final Deque<Entry> entries = new ArrayDeque<>();

    /** @param capacity entries kept; the oldest go first */
    public HopTrace(Clock clock, int capacity) {
        this.clock = clock;
        this.capacity = capacity;
    }

    /** Notes that {@code subject} of {@code cluster} reached {@code hop} now. */
    public void mark(Hop hop, String subject, String cluster) {
        mark(hop, subject, cluster, clock.now());
    }

    /** As {@link #mark(Hop, String, String)}, for a moment that is already over. */
    public void mark(Hop hop, String subject, String cluster, Instant at) {
        Entry entry = new Entry(hop, subject, cluster, at);
        synchronized (entries) {
            if (entries.size() == capacity) {
                entries.removeFirst();
            }
            entries.addLast(entry);
        }
    }

    /** What was noted, oldest first. */
    public List<Entry> entries() {
        synchronized (entries) {
            return List.copyOf(entries);
        }
    }
}
