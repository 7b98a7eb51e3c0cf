package io.clustermesh.apiserver.view;

import io.clustermesh.apiserver.cache.FeedStatus;
import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.apiserver.mirror.MirrorStatus;
import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.admin.Problem;
import io.clustermesh.store.admin.ProblemException;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Where the views find what they show. Thread-safe.
 *
 * @param own who we are
 * @param replica this replica's name
 * @param cache what etcd has
 * @param feed how fresh the cache is
 * @param peers the connections
 * @param clock what ages are counted by
 */
public record Mesh(
        OwnCluster own,
        String replica,
        WatchCache cache,
        Supplier<FeedStatus> feed,
        Supplier<List<MirrorStatus>> peers,
        Clock clock) {

    /** Now. @throws ProblemException while etcd has not been read once */
    Moment now() {
        View view = view();
        return new Moment(view, view.revision());
    }

    /** Now, or when the page before was read. */
    Moment at(PageRequest page) {
        View view = view();
        return new Moment(view, page.after().map(PageRequest.Token::revision).orElse(view.revision()));
    }

    private View view() {
        return cache.view()
                .orElseThrow(() ->
                        new ProblemException(new Problem.NotReady("etcd has not been read once%s; see /readyz"
                                .formatted(feed.get()
                                        .lastError()
                                        .map(error -> " (" + error + ")")
                                        .orElse("")))));
    }

    /** Since etcd was last heard of. */
    Optional<Duration> cacheAge() {
        return feed.get().lastHeard().map(at -> {
            Duration age = Duration.between(at, clock.now());
            return age.isNegative() ? Duration.ZERO : age;
        });
    }

    Page.Source source(Moment moment) {
        return new Page.Source(replica, moment.revision(), cacheAge());
    }

    /** Since each cluster was last heard of: our own through etcd, the others through their mirrors. */
    Map<ClusterName, Optional<Duration>> ages() {
        Map<ClusterName, Optional<Duration>> ages = new TreeMap<>(Comparator.comparing(ClusterName::value));
        peers.get().forEach(peer -> ages.put(peer.cluster(), peer.connection().lastEventAge()));
        ages.put(own.name(), cacheAge());
        return ages;
    }
}
