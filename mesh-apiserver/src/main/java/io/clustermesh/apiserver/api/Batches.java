package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.cache.Change;
import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchQuery;
import io.clustermesh.apiserver.cache.WatchResult;
import io.clustermesh.apiserver.h2.Payload;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What watches get, encoded once for all of one event loop that want the same. Two watches share a batch if they ask for
 * the same range with the same filters and have come equally far; those that follow at the newest revision always do,
 * and those that catch up do from the next {@linkplain View#STRIDE stride} on, where batches begin anew.
 *
 * <p>A batch that stops short of the newest revision is the same in every later view, and is kept for a while; one that
 * reaches the newest is kept until the view changes.
 */
final class Batches {

    /** An event message is closed after this many bytes; one revision may make it larger. */
    static final int MESSAGE_BYTES = 64 << 10;

    /** What may be kept for sharing, in bytes. */
    private static final int KEPT_BYTES = 8 << 20;

    private final Headers headers;
    private final ApiCounters counters;
    private final int maxEvents;
    private final Map<WatchQuery, Group> groups = new HashMap<>();
    private final LinkedHashMap<Place, Delivery.Events> closed = new LinkedHashMap<>();
    private @Nullable View newest;
    private long closedBytes;

    private record Place(Group group, long next) {}

    /** Watches that ask for the same. */
    static final class Group {
        private final WatchQuery query;
        private final Map<Long, Delivery> open = new HashMap<>();
        private int watches;

        private Group(WatchQuery query) {
            this.query = query;
        }

        WatchQuery query() {
            return query;
        }
    }

    /** What a watch gets, ready to send. */
    sealed interface Delivery {

        /**
         * @param header of the answer, encoded
         * @param parts the {@code events} field, in order
         * @param first the whole answer for watch 0, which nearly every watch is
         * @param upTo the revision that the watch has then seen
         */
        record Events(byte[] header, List<byte[]> parts, Payload first, long upTo) implements Delivery {

            Payload answer(long watchId) {
                return watchId == 0 ? first : WireFormat.watch(WireFormat.head(header, watchId, false), parts);
            }
        }

        record Nothing(long upTo) implements Delivery {}

        /** There is something, and the client does not take it now. */
        record Waits() implements Delivery {}

        record Compacted(long oldest) implements Delivery {}
    }

    /** @param maxEvents in a message, where a revision does not bring more */
    Batches(Headers headers, ApiCounters counters, int maxEvents) {
        this.headers = headers;
        this.counters = counters;
        this.maxEvents = maxEvents;
    }

    /** A watch begins. */
    Group join(WatchQuery query) {
        Group group = groups.computeIfAbsent(query, Group::new);
        group.watches++;
        return group;
    }

    /** A watch has ended. */
    void leave(Group group) {
        if (--group.watches == 0) {
            groups.remove(group.query);
        }
    }

    /** What a watch of {@code group} gets that has seen everything before {@code next}. */
    Delivery read(View view, Group group, long next) {
        if (newest != view) {
            turnTo(view);
        }
        Delivery known = group.open.get(next);
        if (known == null && !closed.isEmpty()) {
            known = closed.get(new Place(group, next));
        }
        if (known != null) {
            return known;
        }
        Delivery delivery = switch (view.changes(group.query, next, MESSAGE_BYTES, maxEvents)) {
            case WatchResult.Nothing(long upTo) -> new Delivery.Nothing(upTo);
            case WatchResult.Compacted(long oldest) -> new Delivery.Compacted(oldest);
            case WatchResult.Changes(List<Change> changes, long upTo) -> {
                counters.encoded.increment();
                yield encoded(view, group, changes, upTo);
            }
        };
        if (delivery instanceof Delivery.Events events && events.upTo() < view.revision()) {
            keep(new Place(group, next), events);
        } else {
            group.open.put(next, delivery);
        }
        return delivery;
    }

    private Delivery.Events encoded(View view, Group group, List<Change> changes, long upTo) {
        List<byte[]> parts = WireFormat.events(changes, group.query.withPrevious(), MESSAGE_BYTES);
        byte[] header = WireFormat.header(headers.at(view, upTo));
        return new Delivery.Events(header, parts, WireFormat.watch(header, parts), upTo);
    }

    private void turnTo(View view) {
        if (newest != null && newest.incarnation() != view.incarnation()) {
            closed.clear();
            closedBytes = 0;
        }
        groups.values().forEach(group -> group.open.clear());
        newest = view;
    }

    private void keep(Place place, Delivery.Events events) {
        closed.put(place, events);
        closedBytes += events.first().size();
        var oldest = closed.entrySet().iterator();
        while (closedBytes > KEPT_BYTES && closed.size() > 1) {
            closedBytes -= oldest.next().getValue().first().size();
            oldest.remove();
        }
    }
}
