package io.clustermesh.apiserver.cache;

import static io.clustermesh.apiserver.cache.Entries.apply;
import static io.clustermesh.apiserver.cache.Entries.deleteEvent;
import static io.clustermesh.apiserver.cache.Entries.kv;
import static io.clustermesh.apiserver.cache.Entries.listing;
import static io.clustermesh.apiserver.cache.Entries.putEvent;
import static io.clustermesh.apiserver.cache.Entries.view;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WatchCacheTest {

    private static final WatchQuery ALL = new WatchQuery(KeySpan.prefix("a/"), true, true, false);

    private final WatchCache cache = new WatchCache(CacheLimits.DEFAULT);

    @Test
    void shouldShowNothingBeforeAListingOfThePastHasCaughtUp() {
        WatchCache starting = new WatchCache(CacheLimits.DEFAULT);
        starting.rebuild(Entries.listing(10), new Revision(12));
        assertThat(starting.view()).isEmpty();
        assertThat(starting.fedTo()).isEqualTo(10);

        starting.apply(List.of(putEvent("a", "", 11)), new Revision(11));
        assertThat(starting.view()).isEmpty();
        starting.apply(List.of(putEvent("b", "", 12)), new Revision(12));

        assertThat(Entries.view(starting).revision()).isEqualTo(12);
        assertThat(Entries.view(starting).oldestWatchable())
                .as("history from before the start")
                .isEqualTo(11);
    }

    @Test
    void shouldRefuseWhatEtcdHasCompactedAlthoughItIsHeld() {
        WatchCache cache = new WatchCache(CacheLimits.DEFAULT);
        cache.rebuild(Entries.listing(10));
        for (int i = 11; i <= 20; i++) {
            cache.apply(List.of(putEvent("a", "", i)), new Revision(i));
        }

        cache.compactedTo(15);
        cache.apply(List.of(putEvent("a", "", 21)), new Revision(21));

        assertThat(Entries.view(cache).oldestReadable()).isEqualTo(15);
        assertThat(Entries.view(cache).oldestWatchable()).isEqualTo(15);
        cache.compactedTo(12);
        assertThat(Entries.view(cache).oldestReadable()).as("never back").isEqualTo(15);
    }

    @Test
    void shouldHaveNoViewBeforeTheFirstListing() {
        assertThat(cache.view()).isEmpty();
    }

    @Test
    void shouldReadAtEveryRevisionThatIsHeld() {
        cache.rebuild(listing(10, kv("a/1", "one", 3), kv("a/2", "two", 10)));
        apply(cache, putEvent("a/1", "one again", 11));
        apply(cache, deleteEvent("a/2", 12), putEvent("a/3", "three", 12));

        assertThat(texts(at(10))).containsExactly("one", "two");
        assertThat(texts(at(11))).containsExactly("one again", "two");
        assertThat(texts(at(12))).containsExactly("one again", "three");
        assertThat(texts(at(0))).containsExactly("one again", "three");
    }

    @Test
    void shouldTellCompactedFromFuture() {
        cache.rebuild(listing(10));
        apply(cache, putEvent("a/1", "", 11));

        assertThat(at(9)).isInstanceOf(RangeResult.Compacted.class);
        assertThat(at(12)).isInstanceOf(RangeResult.Future.class);
    }

    @Test
    void shouldForgetTheOldestRevisionsBeyondItsLimit() {
        WatchCache small = new WatchCache(new CacheLimits(3, 1 << 20));
        small.rebuild(listing(10));
        for (int revision = 11; revision <= 1000; revision++) {
            apply(small, putEvent("a/" + revision % 7, "v" + revision, revision));
        }

        View view = view(small);
        assertThat(view.history().size()).isEqualTo(3);
        assertThat(view.history().oldestReadable()).isEqualTo(997);
        assertThat(view.range(pinned(996))).isInstanceOf(RangeResult.Compacted.class);
        assertThat(texts(view.range(pinned(997)))).contains("v997").doesNotContain("v998");
        assertThat(view.changes(ALL, 997, 1000)).isEqualTo(new WatchResult.Compacted(998));
        assertThat(revisions(view.changes(ALL, 998, 1000))).containsExactly(998L, 999L, 1000L);
    }

    @Test
    void shouldForgetByBytesButKeepTheNewestRevision() {
        WatchCache small = new WatchCache(new CacheLimits(1000, 10_000));
        small.rebuild(listing(10));
        apply(small, putEvent("a/1", "x".repeat(4_000), 11));
        apply(small, putEvent("a/2", "x".repeat(100_000), 12));

        assertThat(view(small).history().size()).isEqualTo(1);
        assertThat(revisions(view(small).changes(ALL, 12, 1))).containsExactly(12L);
    }

    @Test
    void shouldNeverSplitARevision() {
        cache.rebuild(listing(10));
        apply(cache, putEvent("a/1", "x".repeat(100), 11), putEvent("a/2", "x".repeat(100), 11));
        apply(cache, putEvent("a/3", "", 12));

        WatchResult.Changes first = (WatchResult.Changes) view(cache).changes(ALL, 11, 1);
        WatchResult.Changes second = (WatchResult.Changes) view(cache).changes(ALL, first.upTo() + 1, 1);

        assertThat(revisions(first)).containsExactly(11L, 11L);
        assertThat(first.upTo()).isEqualTo(11);
        assertThat(revisions(second)).containsExactly(12L);
    }

    @Test
    void shouldFilterByRangeAndKind() {
        cache.rebuild(listing(10, kv("a/1", "old", 5)));
        apply(cache, putEvent("b/1", "", 11));
        apply(cache, putEvent("a/1", "new", 12));
        apply(cache, deleteEvent("a/1", 13));

        WatchQuery deletes = new WatchQuery(KeySpan.prefix("a/"), false, true, true);
        WatchResult.Changes found = (WatchResult.Changes) view(cache).changes(deletes, 11, 1000);
        assertThat(found.changes()).singleElement().satisfies(change -> {
            assertThat(change.kind()).isEqualTo(Change.Kind.DELETE);
            assertThat(change.entry().modified()).isEqualTo(13);
            assertThat(change.previous().orElseThrow().text()).isEqualTo("new");
        });
        assertThat(view(cache).changes(new WatchQuery(KeySpan.key("a"), true, true, false), 11, 1000))
                .isEqualTo(new WatchResult.Nothing(13));
    }

    @Test
    void shouldWaitForARevisionThatIsYetToCome() {
        cache.rebuild(listing(10));

        assertThat(view(cache).changes(ALL, 50, 1000)).isEqualTo(new WatchResult.Nothing(49));
    }

    @Test
    void shouldSkipWhatItHasWhenAWatchIsResumedTooEarly() {
        cache.rebuild(listing(10, kv("a/1", "one", 10)));
        apply(cache, putEvent("a/1", "one", 10), putEvent("a/2", "two", 11));
        apply(cache, putEvent("a/2", "two", 11));

        assertThat(view(cache).revision()).isEqualTo(11);
        assertThat(view(cache).history().size()).isEqualTo(1);
    }

    @Test
    void shouldTrustTheLastEventRatherThanTheHeader() {
        cache.rebuild(listing(10));
        cache.apply(List.of(putEvent("a/1", "", 11)), new Revision(99));
        assertThat(view(cache).revision()).isEqualTo(11);

        cache.apply(List.of(), new Revision(20));
        assertThat(view(cache).revision()).isEqualTo(20);
        assertThat(texts(at(20))).containsExactly("");
    }

    @Test
    void shouldCutWatchersOfThePastAfterARebuildButNotThoseUpToDate() {
        cache.rebuild(listing(10));
        cache.rebuild(listing(20));

        assertThat(view(cache).changes(ALL, 20, 1000)).isEqualTo(new WatchResult.Compacted(21));
        assertThat(view(cache).changes(ALL, 21, 1000)).isEqualTo(new WatchResult.Nothing(20));
        assertThat(view(cache).incarnation()).isEqualTo(1);
    }

    @Test
    void shouldStartAnotherIncarnationWhenTheHistoryIsAnother() {
        cache.rebuild(listing(10));
        cache.rebuild(new Listing(42, new Revision(500), List.of()));
        assertThat(view(cache).incarnation()).isEqualTo(2);
        assertThat(view(cache).clusterId()).isEqualTo(42);

        cache.rebuild(new Listing(42, new Revision(499), List.of()));
        assertThat(view(cache).incarnation()).isEqualTo(3);
    }

    /** Readers follow while the feed writes: each must see every revision once, in order, from wherever it starts. */
    @Test
    void shouldHandOverFromReplayToLiveWithoutGapOrDuplicate() throws InterruptedException {
        int last = 6000;
        cache.rebuild(listing(1));
        AtomicInteger notes = new AtomicInteger();
        cache.onAdvance(notes::incrementAndGet);
        List<Thread> readers = new ArrayList<>();
        List<List<Long>> seen = new ArrayList<>();
        for (int reader = 0; reader < 4; reader++) {
            List<Long> mine = new ArrayList<>();
            seen.add(mine);
            int most = 1 + reader * 5000;
            readers.add(Thread.ofPlatform().start(() -> follow(mine, last, most)));
        }
        for (int revision = 2; revision <= last; revision++) {
            apply(cache, putEvent("a/" + revision % 50, "v", revision), putEvent("b/x", "", revision));
        }
        for (Thread reader : readers) {
            reader.join(20_000);
        }

        assertThat(notes).hasValue(last - 1);
        for (List<Long> revisions : seen) {
            assertThat(revisions).hasSize(last - 1);
            for (int i = 0; i < revisions.size(); i++) {
                assertThat(revisions.get(i)).isEqualTo(i + 2);
            }
        }
    }

    private void follow(List<Long> seen, long last, int most) {
        long next = 2;
        while (next <= last) {
            switch (view(cache).changes(ALL, next, most)) {
                case WatchResult.Changes changes -> {
                    seen.addAll(revisions(changes));
                    next = changes.upTo() + 1;
                }
                case WatchResult.Nothing(long upTo) -> next = upTo + 1;
                case WatchResult.Compacted(long oldest) -> throw new AssertionError("cut at " + oldest);
            }
            Thread.onSpinWait();
        }
    }

    private RangeResult at(long revision) {
        return view(cache).range(pinned(revision));
    }

    private static RangeQuery pinned(long revision) {
        return new RangeQuery(
                KeySpan.prefix("a/"), revision, 0, RangeQuery.Order.BY_KEY, RangeQuery.Filter.NONE, false);
    }

    private static List<String> texts(RangeResult result) {
        return ((RangeResult.Found) result).entries().stream().map(Entry::text).toList();
    }

    private static List<Long> revisions(WatchResult result) {
        return ((WatchResult.Changes) result)
                .changes().stream().map(change -> change.entry().modified()).toList();
    }
}
