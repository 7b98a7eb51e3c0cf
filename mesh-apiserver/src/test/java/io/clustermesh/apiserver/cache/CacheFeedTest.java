package io.clustermesh.apiserver.cache;

import static io.clustermesh.apiserver.cache.Entries.putEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CacheFeedTest {

    private final WatchCache cache = new WatchCache(CacheLimits.DEFAULT);
    private final Lifecycle lifecycle = new Lifecycle("feed-test", Clock.system());

    @AfterEach
    void stop() {
        lifecycle.close();
    }

    @Test
    void shouldListThenFollow() {
        InMemoryKvStore store = new InMemoryKvStore(5);
        store.put("a/1", "one");
        CacheFeed feed = feed(store);

        long revision = store.put("a/2", "two").value();

        awaitRevision(revision);
        await().until(() -> feed.status().following());
        assertThat(Entries.view(cache).keys()).isEqualTo(2);
        assertThat(Entries.view(cache).clusterId()).isEqualTo(5);
        assertThat(feed.status().rebuilds()).isEqualTo(1);
    }

    @Test
    void shouldServeFromMemoryWhileEtcdIsAwayAndMissNothing() {
        InMemoryKvStore store = new InMemoryKvStore(5);
        long first = store.put("a/1", "one").value();
        CacheFeed feed = feed(store);
        awaitRevision(first);
        await().until(() -> feed.status().following());

        store.unreachable(true);
        await().until(() -> !feed.status().following());
        assertThat(Entries.view(cache).keys()).isEqualTo(1);
        assertThat(feed.status().lastError()).isPresent();

        store.unreachable(false);
        long last = store.put("a/2", "two").value();
        awaitRevision(last);
        assertThat(feed.status().rebuilds()).as("resumed, not listed again").isEqualTo(1);
        assertThat(Entries.view(cache).history().oldestWatchable()).isLessThanOrEqualTo(last);
    }

    @Test
    void shouldRebuildWhenEtcdHasAnotherHistory() {
        InMemoryKvStore store = new InMemoryKvStore(5);
        store.put("a/1", "one");
        CacheFeed feed = feed(store);
        await().until(() -> feed.status().following());

        store.replace(6);

        await().until(() -> Entries.view(cache).clusterId() == 6);
        assertThat(Entries.view(cache).incarnation()).isEqualTo(2);
        assertThat(feed.status().rebuilds()).isEqualTo(2);
    }

    @Test
    void shouldPutTheFragmentsOfARevisionTogether() throws InterruptedException {
        Scripted store = new Scripted();
        feed(store);
        WatchListener watch = store.taken();

        watch.onEvents(List.of(putEvent("a/1", "", 11), putEvent("a/2", "", 12)), new Revision(11));
        watch.onEvents(List.of(putEvent("a/3", "", 12)), new Revision(12));

        awaitRevision(12);
        View view = Entries.view(cache);
        assertThat(view.history().size()).isEqualTo(2);
        assertThat(view.history().step(1).changes()).hasSize(2);
    }

    @Test
    void shouldDropTheRestOfARevisionWhoseWatchBroke() throws InterruptedException {
        Scripted store = new Scripted();
        feed(store);
        WatchListener broken = store.taken();

        broken.onEvents(List.of(putEvent("a/1", "", 11)), new Revision(10));
        broken.onEnd(new WatchListener.End.Disconnected(new IllegalStateException("cut")));
        WatchListener next = store.taken();
        assertThat(store.from).isEqualTo(new Revision(11));
        next.onEvents(List.of(putEvent("a/1", "", 11), putEvent("a/2", "", 11)), new Revision(11));

        awaitRevision(11);
        assertThat(Entries.view(cache).history().step(0).changes()).hasSize(2);
    }

    private CacheFeed feed(KvStore store) {
        CacheFeed feed = new CacheFeed(store, cache, Clock.system());
        lifecycle.run(feed);
        await().until(() -> cache.view().isPresent());
        return feed;
    }

    private void awaitRevision(long revision) {
        await().until(() -> Entries.view(cache).revision() >= revision);
    }

    /** A store whose watches the test speaks for. */
    private static final class Scripted implements KvStore {
        private final BlockingQueue<WatchListener> watches = new LinkedBlockingQueue<>();
        private volatile Revision from = Revision.NONE;

        WatchListener taken() throws InterruptedException {
            WatchListener listener = watches.poll(10, TimeUnit.SECONDS);
            assertThat(listener).isNotNull();
            return java.util.Objects.requireNonNull(listener);
        }

        @Override
        public Listing list(KeyRange range) {
            return Entries.listing(10);
        }

        @Override
        public AutoCloseable watch(KeyRange range, Revision start, WatchListener listener) {
            from = start;
            watches.add(listener);
            return () -> {};
        }

        @Override
        public Txn.Outcome commit(Txn txn) {
            throw new UnsupportedOperationException("the feed only reads");
        }

        @Override
        public Lease grant(Duration ttl) {
            throw new UnsupportedOperationException("the feed only reads");
        }

        @Override
        public Optional<Lease> adopt(long leaseId) {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }
}
