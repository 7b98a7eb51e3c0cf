package io.clustermesh.apiserver.events;

import io.clustermesh.store.admin.EventFeed;
import io.clustermesh.store.runtime.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last warnings of this process, each once with how often it came. Bounded: the one that was silent longest goes
 * first. Thread-safe; never blocks for long.
 *
 * <p>Whoever follows gets a warning each time it comes, but one that came a hundred times since it looked last only once,
 * with the newest count: so a follower can lag, and nothing is queued for it.
 */
public final class EventLog implements EventFeed {

    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    /**
     * @param id its place in this process's log; greater than that of every event before
     * @param warning what
     * @param count how often
     * @param first when it came first
     * @param last when it came last
     */
    public record Event(String id, Warning warning, long count, Instant first, Instant last) {}

    private record Kept(long number, Event event) {}

    private final Clock clock;
    private final int capacity;
    private final Map<Warning, Kept> events = new LinkedHashMap<>();
    private final List<Runnable> followers = new CopyOnWriteArrayList<>();

    /** Tells this life of the process from others, whose numbers mean nothing here. */
    private final String life;

    private long lastNumber;
    private long lastForgotten;

    /** @param capacity different warnings kept */
    public EventLog(Clock clock, int capacity) {
        this.clock = clock;
        this.capacity = capacity;
        this.life = Long.toString(clock.now().toEpochMilli(), Character.MAX_RADIX);
    }

    /** Notes {@code warning}; logs it if it is new. */
    public void warn(Warning warning) {
        Instant now = clock.now();
        boolean fresh;
        synchronized (events) {
            Kept known = events.remove(warning);
            fresh = known == null;
            long number = ++lastNumber;
            long count = known == null ? 1 : known.event().count() + 1;
            Instant first = known == null ? now : known.event().first();
            events.put(warning, new Kept(number, new Event(life + "-" + number, warning, count, first, now)));
            if (events.size() > capacity) {
                Kept oldest = events.remove(events.keySet().iterator().next());
                lastForgotten = oldest == null ? lastForgotten : oldest.number();
            }
        }
        followers.forEach(Runnable::run);
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
            return events.values().stream().map(Kept::event).toList();
        }
    }

    @Override
    public Batch after(String id, int most) {
        long seen = number(id);
        synchronized (events) {
            List<Item> items = new ArrayList<>();
            for (Kept kept : events.values()) {
                if (kept.number() > seen && items.size() < most) {
                    items.add(new Item(kept.event().id(), kept.event()));
                }
            }
            return new Batch(items, seen > 0 && lastForgotten > seen);
        }
    }

    @Override
    public AutoCloseable onNew(Runnable listener) {
        followers.add(listener);
        return () -> followers.remove(listener);
    }

    private long number(String id) {
        String prefix = life + "-";
        String rest = id.startsWith(prefix) ? id.substring(prefix.length()) : "";
        return rest.matches("[0-9]{1,18}") ? Long.parseLong(rest) : 0;
    }
}
