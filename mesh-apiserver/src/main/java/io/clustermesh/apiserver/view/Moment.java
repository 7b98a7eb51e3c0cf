package io.clustermesh.apiserver.view;

import io.clustermesh.apiserver.cache.Entry;
import io.clustermesh.apiserver.cache.KeySpan;
import io.clustermesh.apiserver.cache.RangeQuery;
import io.clustermesh.apiserver.cache.RangeResult;
import io.clustermesh.apiserver.cache.View;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.admin.Problem;
import io.clustermesh.store.admin.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The watch cache at one revision. Immutable.
 *
 * @param view the newest view
 * @param revision the moment, that of the view or an earlier one
 */
record Moment(View view, long revision) {

    /** The first {@code limit} entries below {@code prefix} after {@code after}, which is empty for the start. */
    List<Entry> list(String prefix, String after, int limit) {
        return found(new RangeQuery(
                        span(prefix, after), revision, limit, RangeQuery.Order.BY_KEY, RangeQuery.Filter.NONE, false))
                .entries();
    }

    /** Entries below {@code prefix}. */
    long count(String prefix) {
        return found(new RangeQuery(
                        KeySpan.prefix(prefix), revision, 0, RangeQuery.Order.BY_KEY, RangeQuery.Filter.NONE, true))
                .count();
    }

    Optional<Entry> get(String key) {
        return found(new RangeQuery(
                        KeySpan.key(key), revision, 1, RangeQuery.Order.BY_KEY, RangeQuery.Filter.NONE, false))
                .entries()
                .stream()
                .findFirst();
    }

    /**
     * The clusters that stand as the first step below {@code prefix}, found by a jump from one to the next, whatever
     * each of them holds.
     */
    List<ClusterName> clustersBelow(String prefix) {
        List<ClusterName> clusters = new ArrayList<>();
        String after = "";
        while (true) {
            List<Entry> next = list(prefix, after, 1);
            if (next.isEmpty()) {
                return clusters;
            }
            String rest = next.getFirst().key().substring(prefix.length());
            String name = rest.indexOf('/') < 0 ? rest : rest.substring(0, rest.indexOf('/'));
            cluster(name).ifPresent(clusters::add);
            after = prefix + name + "0"; // '0' follows '/': beyond everything of this cluster
        }
    }

    private static Optional<ClusterName> cluster(String name) {
        try {
            return Optional.of(new ClusterName(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // somebody else's key; nothing of ours reads it
        }
    }

    /** @param after the key after which it begins, empty for all of {@code prefix} */
    private static KeySpan span(String prefix, String after) {
        if (after.isEmpty()) {
            return KeySpan.prefix(prefix);
        }
        byte[] end = prefix.getBytes(StandardCharsets.UTF_8);
        end[end.length - 1]++; // prefixes end with a slash
        byte[] start = after.getBytes(StandardCharsets.UTF_8);
        return KeySpan.of(Arrays.copyOf(start, start.length + 1), end);
    }

    private RangeResult.Found found(RangeQuery query) {
        return switch (view.range(query)) {
            case RangeResult.Found found -> found;
            case RangeResult.Compacted() ->
                throw new ProblemException(new Problem.Expired(
                        "revision %d, which the first page was read at, is not remembered any more; start again without continue"
                                .formatted(revision)));
            case RangeResult.Future() ->
                throw new ProblemException(new Problem.NotReady(
                        "this replica has etcd's revision %d and is asked to go on at %d; ask again in a moment"
                                .formatted(view.revision(), revision)));
        };
    }
}
