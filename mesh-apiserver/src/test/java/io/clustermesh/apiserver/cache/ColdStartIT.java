package io.clustermesh.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ColdStartIT {

    private static final KeyRange EVERYTHING = KeyRange.prefix("");
    private static final int BATCH = Txn.MAX_OPERATIONS;

    private final EtcdServer etcd = EtcdServer.start();
    private final KvStore store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());

    @AfterEach
    void stop() throws Exception {
        store.close();
        etcd.close();
    }

    @Test
    void shouldBeginAsFarBackAsWantedWhereKeysOnlyChange() throws InterruptedException {
        put(0, 10);
        for (int change = 0; change < 300; change++) {
            put(change % 10, 1);
        }

        ColdStart start = ColdStart.read(store, EVERYTHING, 100);

        assertThat(start.past().revision().value()).isEqualTo(start.present().value() - 100);
        assertThat(start.entries()).hasSize(10);
    }

    @Test
    void shouldBeginBehindAMassOfNewKeys() throws InterruptedException {
        for (int batch = 0; batch < 100; batch++) {
            put(batch * BATCH, BATCH);
        }

        ColdStart start = ColdStart.read(store, EVERYTHING, 10_000);

        assertThat(start.entries().size()).isBetween(100 * BATCH - 5_000, 100 * BATCH - 2_500);
        assertThat(start.past().revision()).isLessThan(start.present());
    }

    @Test
    void shouldBeginNowInAnEtcdWithoutAPast() throws InterruptedException {
        ColdStart start = ColdStart.read(store, EVERYTHING, 10_000);

        assertThat(start.entries()).isEmpty();
        assertThat(start.past().revision()).isEqualTo(start.present());
    }

    private void put(int from, int keys) {
        List<Txn.Op> puts = new ArrayList<>();
        for (int key = from; key < from + keys; key++) {
            puts.add(new Txn.Op.Put("key/%06d".formatted(key), new byte[] {1}, Optional.empty()));
        }
        store.commit(Txn.of(puts));
    }
}
