package io.clustermesh.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreMutexTest {

    private static final String PATH = "cilium/state/identities/v1/locks/k8s:app=cart;";

    private final InMemoryKvStore store = new InMemoryKvStore();
    private final StoreMutex mutex = new StoreMutex(store);
    private final Lease first = store.grant(Duration.ofSeconds(25));
    private final Lease second = store.grant(Duration.ofSeconds(25));

    @Test
    void shouldNameItsKeyAfterTheLeaseInHex() {
        assertThat(mutex.tryAcquire(PATH, first)).isPresent();

        assertThat(store.get(PATH + "/" + Long.toHexString(first.id()))).hasValueSatisfying(key -> {
            assertThat(key.leaseId()).isEqualTo(first.id());
            assertThat(key.value()).isEmpty();
        });
    }

    @Test
    void shouldLetInOnlyTheFirstAndLeaveNoTraceOfTheOther() {
        StoreMutex.Held held = mutex.tryAcquire(PATH, first).orElseThrow();

        assertThat(mutex.tryAcquire(PATH, second)).isEmpty();
        assertThat(store.list(KeyRange.prefix(PATH)).entries()).hasSize(1);

        mutex.release(held);
        assertThat(mutex.tryAcquire(PATH, second)).isPresent();
    }

    @Test
    void shouldKnowThatItWasLost() {
        StoreMutex.Held held = mutex.tryAcquire(PATH, first).orElseThrow();
        Txn guarded = new Txn(List.of(held.stillOwned()), List.of(held.release()));
        store.expire(first.id());
        mutex.tryAcquire(PATH, second);

        assertThat(store.commit(guarded)).isInstanceOf(Txn.Outcome.Refused.class);
    }

    @Test
    void shouldFreeTheLockWithTheLease() {
        mutex.tryAcquire(PATH, first);

        first.close();

        assertThat(mutex.tryAcquire(PATH, second)).isPresent();
    }
}
