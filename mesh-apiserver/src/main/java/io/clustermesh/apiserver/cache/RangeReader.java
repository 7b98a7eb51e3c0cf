package io.clustermesh.apiserver.cache;

import io.clustermesh.apiserver.cache.RangeQuery.Direction;
import io.clustermesh.apiserver.cache.RangeQuery.Target;
import java.util.Comparator;
import java.util.List;

/**
 * Range requests, step by step in etcd's order ({@code server/etcdserver/apply.go}), because the order shows: the count
 * is taken before the filter, and without a direction the limit cuts by key before the sort.
 */
final class RangeReader {

    private RangeReader() {}

    static RangeResult read(View view, RangeQuery query) {
        if (query.revision() > view.revision()) {
            return new RangeResult.Future();
        }
        long revision = query.revision() <= 0 ? view.revision() : query.revision();
        if (revision < view.oldestReadable()) {
            return new RangeResult.Compacted();
        }
        SortedEntries entries =
                revision == view.revision() ? view.current() : view.history().at(revision);
        int count = entries.count(query.span());
        if (query.countOnly()) {
            return new RangeResult.Found(List.of(), false, count);
        }
        boolean plain =
                query.order().direction() == Direction.NONE && query.filter().equals(RangeQuery.Filter.NONE);
        int limit = query.limit() <= 0 ? Integer.MAX_VALUE : (int) Math.min(query.limit(), Integer.MAX_VALUE - 1);
        List<Entry> found = entries.range(query.span(), plain && limit < Integer.MAX_VALUE ? limit + 1 : count);
        if (!query.filter().equals(RangeQuery.Filter.NONE)) {
            found.removeIf(entry -> !query.filter().keeps(entry));
        }
        sort(found, query.order());
        boolean more = found.size() > limit;
        return new RangeResult.Found(more ? found.subList(0, limit) : found, more, count);
    }

    private static void sort(List<Entry> entries, RangeQuery.Order order) {
        if (order.target() == Target.KEY) {
            if (order.direction() == Direction.DOWN) {
                java.util.Collections.reverse(entries);
            }
            return;
        }
        Comparator<Entry> comparator = switch (order.target()) {
            case KEY -> Entry::compareKey;
            case VERSION -> Comparator.comparingLong(Entry::version);
            case CREATED -> Comparator.comparingLong(Entry::created);
            case MODIFIED -> Comparator.comparingLong(Entry::modified);
            case VALUE -> Entry::compareValue;
        };
        entries.sort(order.direction() == Direction.DOWN ? comparator.reversed() : comparator);
    }
}
