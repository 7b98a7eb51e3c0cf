package io.clustermesh.bgp.speaker;

import io.clustermesh.store.runtime.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last things that happened, for status. Bounded; thread-safe. */
public final class EventLog {

    private static final int CAPACITY = 200;

    /**
     * @param at when
     * @param neighbor with whom; "-" if with nobody
     * @param kind from a closed set, with dashes
     * @param detail in words
     */
    public record Event(Instant at, String neighbor, String kind, String detail) {}

    private final Clock clock;
    private final Deque<Event> events = new ArrayDeque<>();

    EventLog(Clock clock) {
        this.clock = clock;
    }

    void add(String neighbor, String kind, String detail) {
        Event event = new Event(clock.now(), neighbor, kind, detail);
        synchronized (events) {
            if (events.size() == CAPACITY) {
                events.removeFirst();
            }
            events.addLast(event);
        }
    }

    List<Event> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }
}
