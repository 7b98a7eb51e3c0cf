package io.clustermesh.nodesync.agent;

import io.clustermesh.store.runtime.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last things worth telling a person, oldest first. Bounded; owned by the agent's thread. */
public final class EventLog {

    private static final int CAPACITY = 200;

    private final Clock clock;
    private final Deque<Event> events = new ArrayDeque<>();

    EventLog(Clock clock) {
        this.clock = clock;
    }

    /**
     * @param at when
     * @param kind which sort, in capitals
     * @param subject the service or key that it is about
     * @param message what happened and what to do about it
     */
    public record Event(Instant at, String kind, String subject, String message) {}

    /** Notes one; on the agent's thread. */
    public void add(String kind, String subject, String message) {
        if (events.size() == CAPACITY) {
            events.removeFirst();
        }
        events.addLast(new Event(clock.now(), kind, subject, message));
    }

    /** All that is kept. */
    public List<Event> events() {
        return List.copyOf(events);
    }
}
