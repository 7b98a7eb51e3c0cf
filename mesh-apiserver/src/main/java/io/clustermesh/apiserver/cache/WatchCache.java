package io.clustermesh.apiserver.cache;

import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The newest {@link View} of etcd, and the way a new one comes about.
 *
 * <p>One thread writes, the {@linkplain CacheFeed feed's}; any thread reads, without a lock. After each change every
 * listener is run on the feed's thread, so it must only leave a note.
 */
public final class WatchCache {

    private final CacheLimits limits;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable View view;
    private long compacted;

    /** The feed's: what it has built so far but does not show yet. */
    private @Nullable View draft;

    private long showFrom;
    private volatile OptionalLong awaySinceNanos = OptionalLong.empty();

    /** @param limits how much of the past it keeps */
    public WatchCache(CacheLimits limits) {
        this.limits = limits;
    }

    /** The newest view; nothing until etcd has been read once. */
    public Optional<View> view() {
        return Optional.ofNullable(view);
    }

    /** Since when etcd is not followed, on the monotonic clock; nothing while it is. Any thread. */
    public OptionalLong awaySinceNanos() {
        return awaySinceNanos;
    }

    void followed() {
        awaySinceNanos = OptionalLong.empty();
    }

    void lost(long nowNanos) {
        if (awaySinceNanos.isEmpty()) {
            awaySinceNanos = OptionalLong.of(nowNanos);
        }
    }

    /**
     * Runs {@code listener} after every change, on the feed's thread.
     *
     * @return stops that
     */
    public AutoCloseable onAdvance(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /**
     * etcd has compacted: from now on what is older than {@code revision} is refused, although it may still be held.
     * Any thread.
     */
    public void compactedTo(long revision) {
        synchronized (this) {
            View now = view;
            if (now == null || revision <= compacted) {
                return;
            }
            compacted = revision;
            view = now.compactedTo(revision);
        }
        listeners.forEach(Runnable::run);
    }

    /**
     * Starts anew from a listing: what came before is forgotten, and watchers of the past will be told so. If the
     * listing belongs to another history (another cluster id, or revisions that went back), every watcher will.
     */
    void rebuild(Listing listing) {
        rebuild(listing, listing.revision());
    }

    /** @param present as in {@link #rebuild(Listing, List, Revision)} */
    void rebuild(Listing listing, Revision present) {
        List<Entry> entries = new ArrayList<>(listing.entries().size());
        listing.entries().forEach(kv -> entries.add(Entry.of(kv)));
        rebuild(listing, entries, present);
    }

    /**
     * As {@link #rebuild(Listing)}, from entries made already.
     *
     * @param listing whose own entries are not looked at
     * @param entries what was listed
     * @param present nothing is shown before this revision has been applied; what was shown before stays until then
     */
    void rebuild(Listing listing, List<Entry> entries, Revision present) {
        entries.sort(Entry::compareKey);
        SortedEntries sorted = SortedEntries.ofSorted(entries);
        long revision = listing.revision().value();
        long incarnation = view().map(old -> continues(old, listing) ? old.incarnation() : old.incarnation() + 1)
                .orElse(1L);
        showFrom = present.value();
        take(new View(
                listing.clusterId(), incarnation, revision, sorted, History.startingAt(limits, revision, sorted)));
    }

    private void take(View next) {
        if (next.revision() < showFrom) {
            draft = next;
        } else {
            draft = null;
            publish(next);
        }
    }

    /** The newest view, shown or not yet; the feed's thread. */
    private View newest() {
        View unfinished = draft;
        return unfinished != null
                ? unfinished
                : view().orElseThrow(() -> new IllegalStateException("changes before the first listing"));
    }

    /** The revision up to which everything has been applied; the feed's thread. */
    long fedTo() {
        return newest().revision();
    }

    private static boolean continues(View old, Listing listing) {
        return old.clusterId() == listing.clusterId()
                && old.revision() <= listing.revision().value();
    }

    /**
     * Takes over changes of the watch, whole revisions in order. What the view has already is skipped, so a watch may
     * be resumed a little too early.
     *
     * @param upTo for a sign of life without events, the revision up to which there were none; with events, the last
     *     of them counts, because etcd's header may run ahead of what a message carries
     */
    void apply(List<Event> events, Revision upTo) {
        View before = newest();
        SortedEntries entries = before.current();
        History history = before.history();
        long revision = before.revision();
        int i = 0;
        while (i < events.size()) {
            long of = revisionOf(events.get(i));
            List<Change> changes = new ArrayList<>();
            for (; i < events.size() && revisionOf(events.get(i)) == of; i++) {
                if (of > before.revision()) {
                    Change change = change(events.get(i), entries);
                    changes.add(change);
                    entries = change.kind() == Change.Kind.PUT
                            ? entries.with(change.entry())
                            : entries.without(change.entry());
                }
            }
            if (!changes.isEmpty()) {
                history = history.plus(new Step(of, changes, entries));
                revision = of;
            }
        }
        if (events.isEmpty()) {
            revision = Math.max(revision, upTo.value());
        }
        if (revision != before.revision()) {
            take(new View(before.clusterId(), before.incarnation(), revision, entries, history));
        }
    }

    private static Change change(Event event, SortedEntries before) {
        return switch (event) {
            case Event.Put put -> {
                Entry entry = Entry.of(put.entry());
                yield new Change(Change.Kind.PUT, entry, before.get(entry.keyBytes()));
            }
            case Event.Delete delete -> {
                Entry trace = Entry.tombstone(delete.key(), delete.revision());
                yield new Change(Change.Kind.DELETE, trace, before.get(trace.keyBytes()));
            }
        };
    }

    static long revisionOf(Event event) {
        return switch (event) {
            case Event.Put put -> put.entry().version().modified().value();
            case Event.Delete delete -> delete.revision().value();
        };
    }

    private void publish(View next) {
        synchronized (this) {
            View before = view;
            if (before != null && before.incarnation() != next.incarnation()) {
                compacted = 0;
            }
            view = compacted == 0 ? next : next.compactedTo(compacted);
        }
        listeners.forEach(Runnable::run);
    }
}
