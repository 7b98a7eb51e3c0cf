package io.clustermesh.apiserver.cache;

import java.util.ArrayList;
import java.util.List;

/**
 * The cache at one moment. Immutable, read by any thread; a newer moment is another view.
 *
 * @see WatchCache#view()
 */
public final class View {

    /** Revisions, at multiples of which batches of changes begin anew. */
    public static final int STRIDE = 1024;

    private final long clusterId;
    private final long incarnation;
    private final long revision;
    private final SortedEntries current;
    private final History history;
    private final long compacted;

    View(long clusterId, long incarnation, long revision, SortedEntries current, History history) {
        this(clusterId, incarnation, revision, current, history, 0);
    }

    private View(
            long clusterId, long incarnation, long revision, SortedEntries current, History history, long compacted) {
        this.clusterId = clusterId;
        this.incarnation = incarnation;
        this.revision = revision;
        this.current = current;
        this.history = history;
        this.compacted = compacted;
    }

    /** The same, but etcd has compacted what is older than {@code floor}; what it shows now stays readable. */
    View compactedTo(long floor) {
        return new View(clusterId, incarnation, revision, current, history, Math.min(floor, revision));
    }

    /** The oldest revision whose map can be read. */
    public long oldestReadable() {
        return Math.max(compacted, history.oldestReadable());
    }

    /** The oldest revision from which a watch misses nothing, or that etcd would still take. */
    public long oldestWatchable() {
        return Math.max(compacted, history.oldestWatchable());
    }

    /** etcd's {@code cluster_id}, an unsigned number. */
    public long clusterId() {
        return clusterId;
    }

    /** Counts the histories seen so far: a revision of another incarnation means nothing in this one. */
    public long incarnation() {
        return incarnation;
    }

    /** Everything up to this revision of etcd is in it. */
    public long revision() {
        return revision;
    }

    /** Keys now. */
    public int keys() {
        return current.size();
    }

    /** Memory of the history, in bytes, roughly. */
    public long bytes() {
        return history.weight();
    }

    SortedEntries current() {
        return current;
    }

    History history() {
        return history;
    }

    /** Answers a range request as etcd would. */
    public RangeResult range(RangeQuery query) {
        return RangeReader.read(this, query);
    }

    /** As {@link #changes(WatchQuery, long, int, int)}, with as many changes as there are. */
    WatchResult changes(WatchQuery query, long next, int most) {
        return changes(query, next, most, Integer.MAX_VALUE);
    }

    /** Whether there is anything for a watcher, without looking further than the first of it. */
    public WatchResult anyChange(WatchQuery query, long next) {
        return changes(query, next, 1, 1);
    }

    /**
     * What a watcher that has seen everything before {@code next} gets now. An answer also ends before each multiple of
     * {@value #STRIDE}, so that watchers which catch up from different places soon ask for the same.
     *
     * @param most bytes after which it stops; a revision is never split, so the answer may be one revision larger
     * @param mostChanges after which it stops, likewise
     */
    public WatchResult changes(WatchQuery query, long next, int most, int mostChanges) {
        if (next < oldestWatchable()) {
            return new WatchResult.Compacted(oldestWatchable());
        }
        List<Change> found = new ArrayList<>();
        int bytes = 0;
        long stride = next / STRIDE;
        for (int i = history.indexFrom(next); i < history.size(); i++) {
            Step step = history.step(i);
            if (step.revision() / STRIDE != stride) {
                if (!found.isEmpty()) {
                    return new WatchResult.Changes(found, step.revision() - 1);
                }
                stride = step.revision() / STRIDE;
            }
            if (bytes >= most || found.size() >= mostChanges) {
                return new WatchResult.Changes(found, step.revision() - 1);
            }
            for (Change change : step.changes()) {
                if (query.wants(change)) {
                    found.add(change);
                    bytes += change.roughSize(query.withPrevious());
                }
            }
        }
        long upTo = Math.max(revision, next - 1);
        return found.isEmpty() ? new WatchResult.Nothing(upTo) : new WatchResult.Changes(found, upTo);
    }
}
