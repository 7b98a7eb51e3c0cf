package io.clustermesh.apiserver.cache;

/**
 * A range request, in etcd's terms.
 *
 * @param span keys
 * @param revision the moment to read at, 0 for now
 * @param limit entries at most, 0 for all
 * @param order how they are sorted
 * @param filter which ones are kept, applied after the count
 * @param countOnly no entries, the count only
 */
public record RangeQuery(KeySpan span, long revision, long limit, Order order, Filter filter, boolean countOnly) {

    /**
     * @param target what is compared
     * @param direction which way; without one and with another target than the key, etcd cuts by key first and sorts
     *     the rest upwards
     */
    public record Order(Target target, Direction direction) {
        public static final Order BY_KEY = new Order(Target.KEY, Direction.NONE);
    }

    public enum Target {
        KEY,
        VERSION,
        CREATED,
        MODIFIED,
        VALUE
    }

    public enum Direction {
        NONE,
        UP,
        DOWN
    }

    /** Bounds on revisions, 0 for none. */
    public record Filter(Bounds modified, Bounds created) {
        public static final Filter NONE = new Filter(Bounds.NONE, Bounds.NONE);

        boolean keeps(Entry entry) {
            return modified.holds(entry.modified()) && created.holds(entry.created());
        }
    }

    /**
     * @param least smallest revision, 0 for none
     * @param most largest revision, 0 for none
     */
    public record Bounds(long least, long most) {
        public static final Bounds NONE = new Bounds(0, 0);

        boolean holds(long revision) {
            return (least == 0 || revision >= least) && (most == 0 || revision <= most);
        }
    }

    /** Everything in {@code span} now. */
    public static RangeQuery of(KeySpan span) {
        return new RangeQuery(span, 0, 0, Order.BY_KEY, Filter.NONE, false);
    }
}
