package io.clustermesh.store.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every kvstore promises. Each test works under a prefix of its own, so one server may serve them all. */
public abstract class KvStoreContract {

    private static int prefixes;

    private final String prefix = "contract/%d/".formatted(++prefixes);

    protected abstract KvStore store();

    /** Compacts the history before the present revision. */
    protected abstract void compact();

    private Txn.Op put(String key, String value) {
        return new Txn.Op.Put(prefix + key, value.getBytes(StandardCharsets.UTF_8), Optional.empty());
    }

    private Revision commit(Txn.Op... operations) {
        return ((Txn.Outcome.Applied) store().commit(Txn.of(List.of(operations)))).revision();
    }

    private List<String> keys() {
        return store().list(KeyRange.prefix(prefix)).entries().stream()
                .map(entry -> entry.key().substring(prefix.length()))
                .toList();
    }

    @Test
    void shouldListAPrefixInKeyOrderWithoutItsNeighbours() {
        commit(put("b", "2"), put("a", "1"), put("a/x", "3"));
        store().commit(Txn.of(List.of(new Txn.Op.Put(prefix.replaceAll("/$", "0"), new byte[] {1}, Optional.empty()))));

        assertThat(keys()).containsExactly("a", "a/x", "b");
    }

    @Test
    void shouldListMoreThanOnePage() {
        for (int part = 0; part < 10; part++) {
            int base = part * 120;
            commit(IntStream.range(0, 120)
                    .mapToObj(i -> put("key-%05d".formatted(base + i), "v"))
                    .toArray(Txn.Op[]::new));
        }

        assertThat(keys()).hasSize(1200).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void shouldTellVersionsOfAKey() {
        Revision first = commit(put("a", "1"));
        Revision second = commit(put("a", "2"));

        KeyValue entry = store().get(prefix + "a").orElseThrow();

        assertThat(entry.text()).isEqualTo("2");
        assertThat(entry.version()).isEqualTo(new KeyValue.Version(first, second, 2));
        assertThat(entry.leaseId()).isZero();
    }

    @Test
    void shouldHoldGuards() {
        Txn.Guard absent = new Txn.Guard.Absent(prefix + "a");
        Txn.Outcome first = store().commit(new Txn(List.of(absent), List.of(put("a", "1"))));
        Txn.Outcome second = store().commit(new Txn(List.of(absent), List.of(put("a", "2"))));
        Revision modified = store().get(prefix + "a").orElseThrow().version().modified();
        Txn.Outcome third = store().commit(new Txn(
                List.of(new Txn.Guard.Present(prefix + "a"), new Txn.Guard.ModifiedAt(prefix + "a", modified)),
                List.of(put("a", "3"))));

        assertThat(first).isInstanceOf(Txn.Outcome.Applied.class);
        assertThat(second).isInstanceOf(Txn.Outcome.Refused.class);
        assertThat(third).isInstanceOf(Txn.Outcome.Applied.class);
        assertThat(store().get(prefix + "a").orElseThrow().text()).isEqualTo("3");
    }

    @Test
    void shouldTellACreationFromAnother() {
        Revision first = commit(put("a", "1"));
        commit(put("a", "2"));
        Txn.Guard guard = new Txn.Guard.CreatedAt(prefix + "a", first);
        Txn.Outcome same = store().commit(new Txn(List.of(guard), List.of(put("b", "1"))));
        commit(new Txn.Op.Delete(prefix + "a"));
        Txn.Outcome gone = store().commit(new Txn(List.of(guard), List.of(put("b", "2"))));
        commit(put("a", "3"));
        Txn.Outcome another = store().commit(new Txn(List.of(guard), List.of(put("b", "3"))));

        assertThat(same).isInstanceOf(Txn.Outcome.Applied.class);
        assertThat(gone).isInstanceOf(Txn.Outcome.Refused.class);
        assertThat(another).isInstanceOf(Txn.Outcome.Refused.class);
    }

    @Test
    void shouldDeleteKeysAndPrefixes() {
        commit(put("a/1", ""), put("a/2", ""), put("b", ""), put("c", ""));

        commit(new Txn.Op.DeletePrefix(prefix + "a/"), new Txn.Op.Delete(prefix + "b"));

        assertThat(keys()).containsExactly("c");
    }

    @Test
    void shouldWatchFromARevisionMissingNothing() {
        Revision start = commit(put("a", "1"));
        commit(put("b", "2"));
        RecordingListener listener = new RecordingListener();

        store().watch(KeyRange.prefix(prefix), start.next(), listener);
        commit(put("a", "3"));
        Revision last = commit(new Txn.Op.Delete(prefix + "b"));

        await().untilAsserted(() -> assertThat(listener.texts())
                .containsExactly("+" + prefix + "b=2", "+" + prefix + "a=3", "-" + prefix + "b"));
        assertThat(listener.started()).isTrue();
        assertThat(listener.upTos()).isSorted().endsWith(last);
    }

    @Test
    void shouldEndAWatchThatIsClosed() throws Exception {
        RecordingListener listener = new RecordingListener();
        AutoCloseable watch = store().watch(KeyRange.prefix(prefix), commit(put("a", "1")), listener);
        await().until(() -> !listener.events().isEmpty());

        watch.close();

        await().untilAsserted(() -> assertThat(listener.end()).contains(new WatchListener.End.Closed()));
    }

    @Test
    void shouldEndAWatchOfCompactedHistory() {
        Revision old = commit(put("a", "1"));
        commit(put("a", "2"));
        Revision last = commit(put("a", "3"));
        compact();
        RecordingListener listener = new RecordingListener();

        store().watch(KeyRange.prefix(prefix), old, listener);

        await().untilAsserted(() -> assertThat(listener.end()).contains(new WatchListener.End.Compacted(last)));
    }

    @Test
    void shouldHoldBackOnlyTheWatchThatBlocks() throws Exception {
        Revision start = commit(put("a", "0"));
        java.util.concurrent.CountDownLatch release = new java.util.concurrent.CountDownLatch(1);
        RecordingListener slow = new RecordingListener();
        store().watch(KeyRange.prefix(prefix), start.next(), new WatchListener() {
            @Override
            public void onEvents(List<Event> events, Revision upTo) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                slow.onEvents(events, upTo);
            }

            @Override
            public void onEnd(End end) {}
        });
        RecordingListener quick = new RecordingListener();
        store().watch(KeyRange.prefix(prefix), start.next(), quick);

        for (int i = 1; i <= 50; i++) {
            commit(put("a", Integer.toString(i)));
        }

        await().untilAsserted(() -> assertThat(quick.events()).hasSize(50));
        assertThat(slow.events()).isEmpty();
        release.countDown();
        await().untilAsserted(() -> assertThat(slow.texts()).isEqualTo(quick.texts()));
    }

    @Test
    void shouldDeleteTheKeysOfARevokedLease() {
        Lease lease = store().grant(Duration.ofMinutes(1));
        commit(new Txn.Op.Put(prefix + "leased", new byte[] {1}, Optional.of(lease)), put("plain", "1"));
        assertThat(store().get(prefix + "leased").orElseThrow().leaseId()).isEqualTo(lease.id());
        assertThat(lease.alive()).isTrue();

        lease.close();

        await().untilAsserted(() -> assertThat(keys()).containsExactly("plain"));
        assertThat(lease.alive()).isFalse();
    }

    @Test
    void shouldRefuseAnUnknownLease() {
        Lease lease = store().grant(Duration.ofMinutes(1));
        lease.close();

        assertThatThrownBy(() -> commit(new Txn.Op.Put(prefix + "a", new byte[0], Optional.of(lease))))
                .isInstanceOf(StoreException.Invalid.class);
    }

    @Test
    void shouldAdoptALeaseThatAnEarlierRunLeft() {
        Lease earlier = store().grant(Duration.ofMinutes(1));
        commit(new Txn.Op.Put(prefix + "a", new byte[0], Optional.of(earlier)));
        earlier.abandon();

        Optional<Lease> adopted = store().adopt(earlier.id());

        assertThat(adopted).hasValueSatisfying(lease -> {
            assertThat(lease.alive()).isTrue();
            assertThat(lease.id()).isEqualTo(earlier.id());
        });
        assertThat(store().adopt(4711)).isEmpty();
    }
}
