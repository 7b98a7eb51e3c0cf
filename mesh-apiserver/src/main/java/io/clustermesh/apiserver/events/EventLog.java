package io.clustermesh.apiserver.events;

import io.clustermesh.store.runtime.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last warnings of this process, each once with how often it came. Bounded: the one that was silent longest goes
 * first. Thread-safe; never blocks for long.
 */
public final class EventLog {

    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    /**
     * @param warning what
     * @param count how often
     * @param first when it came first
     * @param last when it came last
     */
    public record Event(Warning warning, long count, Instant first, Instant last) {}

    private final Clock clock;
    private final int capacity;
    private final Map<Warning, Event> events = new LinkedHashMap<>();

    /** @param capacity different warnings kept */
    public EventLog(Clock clock, int capacity) {
        this.clock = clock;
        this.capacity = capacity;
    }

    /** Notes {@code warning}; logs it if it is new. */
    public void warn(Warning warning) {
        Instant now = clock.now();
        boolean fresh;
        synchronized (events) {
            Event known = events.remove(warning);
            fresh = known == null;
            events.put(
                    warning,
                    known == null
                            ? new Event(warning, 1, now, now)
                            : new Event(warning, known.count() + 1, known.first(), now));
            if (events.size() > capacity) {
                events.remove(events.keySet().iterator().next());
            }
        }
        if (fresh) {
            LOG.atWarn()
                    .addKeyValue("subject", warning.subject())
                    .addKeyValue("reason", warning.reason())
                    .log(warning.message());
        }
    }

    /** What is kept, the one that came last at the end. */
    public List<Event> events() {
        synchronized (events) {
            return new ArrayList<>(events.values());
        }
    }
}
