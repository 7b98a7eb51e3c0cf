package io.clustermesh.nodesync.agent;

import io.clustermesh.store.runtime.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Records that are kept out right now, and how many there have been. Bounded, since a hostile peer may send many; owned
 * by the agent's thread.
 */
public final class Refusals {

    private static final int CAPACITY = 1000;

    private final Clock clock;
    private final Map<String, Refusal> byKey = new TreeMap<>();
    private long total;

    Refusals(Clock clock) {
        this.clock = clock;
    }

    /**
     * @param key the record's key
     * @param reason rule, value seen, next step
     * @param at when it came
     */
    public record Refusal(String key, String reason, Instant at) {}

    /** Notes a refusal; true if it is not the one that this key had already. */
    boolean add(String key, String reason) {
        total++;
        Refusal before = byKey.get(key);
        if (before == null && byKey.size() >= CAPACITY) {
            return false;
        }
        byKey.put(key, new Refusal(key, reason, clock.now()));
        return before == null || !before.reason().equals(reason);
    }

    /** The key is well again, or gone. */
    void clear(String key) {
        byKey.remove(key);
    }

    /** What is kept out right now, by key; at most a thousand. */
    public List<Refusal> current() {
        return List.copyOf(byKey.values());
    }

    /** Refusals since the start. */
    public long total() {
        return total;
    }
}
