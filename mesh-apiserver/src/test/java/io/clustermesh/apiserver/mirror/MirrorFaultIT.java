package io.clustermesh.apiserver.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.model.Keys;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.etcd.EtcdTransport;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Worker;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.testing.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas, each on a wire of its own to our etcd, and a peer that changes all the time; etcd is killed, wires are
 * cut, leases revoked, the peer's watches broken and its history compacted, at random. Afterwards the copy equals the
 * peer's keys, byte for byte.
 */
class MirrorFaultIT {

    private static final int ROUNDS = 12;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String STATE = "cilium/state/services/v1/east/";
    private static final String COPY = "cilium/cache/services/v1/east/";

    private final InMemoryKvStore east = new InMemoryKvStore(2);
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @TempDir
    private Path peers;

    @Test
    void shouldConvergeWhateverHappens() throws IOException {
        System.out.println("seed " + seed);
        PeerRecords records = new PeerRecords(east, "east", 2).everything();
        Files.writeString(peers.resolve("east.yaml"), "endpoints: [\"http://127.0.0.1:1\"]\n");
        try (EtcdServer etcd = EtcdServer.start();
                Wire wireA = new Wire(etcd.endpoint());
                Wire wireB = new Wire(etcd.endpoint());
                EtcdTransport transport = new EtcdTransport(Clock.system());
                EtcdKvStore ours = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), transport);
                EtcdKvStore storeA = EtcdKvStore.connect(EtcdTarget.plaintext(wireA.endpoint()), transport);
                EtcdKvStore storeB = EtcdKvStore.connect(EtcdTarget.plaintext(wireB.endpoint()), transport);
                Replica a = new Replica("a", storeA, peers, target -> new Unclosable(east), MirrorLimits.DEFAULT);
                Replica b = new Replica("b", storeB, peers, target -> new Unclosable(east), MirrorLimits.DEFAULT);
                Worker load = Worker.start("load", () -> change(records))) {
            for (int round = 0; round < ROUNDS; round++) {
                switch (random.nextInt(6)) {
                    case 0 -> {
                        etcd.down();
                        etcd.up();
                    }
                    case 1 -> cutFor(wireA);
                    case 2 -> cutFor(wireB);
                    case 3 -> revokeSomeLease(ours);
                    case 4 -> {
                        east.disconnect();
                        east.compact();
                    }
                    default -> {
                        wireA.breakAll();
                        wireB.breakAll();
                    }
                }
                awaitAWhile();
            }
            load.close();
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(contents(ours, COPY))
                            .as("seed %d, %s", seed, a.status())
                            .isEqualTo(texts(east, STATE)));
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(ours.list(KeyRange.prefix("cilium/synced/east/"))
                                    .entries())
                            .hasSize(6));
            assertThat(a.status("east").owner().replica())
                    .isEqualTo(b.status("east").owner().replica());
            assertThat(ours.list(KeyRange.prefix(Keys.CACHE)).entries())
                    .allSatisfy(entry -> assertThat(entry.leaseId()).isNotZero());
        }
    }

    private void change(PeerRecords records) {
        Random choice = new Random(seed + 1);
        while (!Thread.currentThread().isInterrupted()) {
            String service = "shop/s" + choice.nextInt(200);
            if (choice.nextInt(4) == 0) {
                records.delete(STATE + service);
            } else {
                records.putService(service, "10.2.1." + (1 + choice.nextInt(250)));
            }
            Thread.yield();
            try {
                Clock.system().sleep(Duration.ofMillis(5));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void cutFor(Wire wire) {
        wire.cut();
        awaitAWhile();
        wire.mend();
    }

    // what a fault does must have time to happen; how much is part of the chance
    private void awaitAWhile() {
        int end = random.nextInt(3_000);
        long until = System.nanoTime() + Duration.ofMillis(end).toNanos();
        await().atMost(Duration.ofSeconds(10)).until(() -> System.nanoTime() >= until);
    }

    private static void revokeSomeLease(EtcdKvStore ours) {
        try {
            ours.list(KeyRange.prefix(COPY)).entries().stream()
                    .findAny()
                    .map(KeyValue::leaseId)
                    .flatMap(ours::adopt)
                    .ifPresent(Lease::close);
        } catch (StoreException e) {
            // etcd is away: fault enough
        }
    }

    private static Map<String, String> contents(EtcdKvStore store, String prefix) {
        Map<String, String> found = new TreeMap<>();
        store.list(KeyRange.prefix(prefix))
                .entries()
                .forEach(entry -> found.put(
                        entry.key().substring(prefix.length()),
                        new String(entry.value(), StandardCharsets.ISO_8859_1)));
        return found;
    }

    private static Map<String, String> texts(InMemoryKvStore store, String prefix) {
        Map<String, String> found = new TreeMap<>();
        store.list(KeyRange.prefix(prefix))
                .entries()
                .forEach(entry -> found.put(
                        entry.key().substring(prefix.length()),
                        new String(entry.value(), StandardCharsets.ISO_8859_1)));
        return found;
    }

    /** The peer's store outlives the sessions of its mirrors. */
    private record Unclosable(InMemoryKvStore store) implements KvStore {

        @Override
        public Listing list(KeyRange range) {
            return store.list(range);
        }

        @Override
        public Txn.Outcome commit(Txn txn) {
            return store.commit(txn);
        }

        @Override
        public AutoCloseable watch(KeyRange range, Revision from, WatchListener listener) {
            return store.watch(range, from, listener);
        }

        @Override
        public Lease grant(Duration ttl) {
            return store.grant(ttl);
        }

        @Override
        public Optional<Lease> adopt(long leaseId) {
            return store.adopt(leaseId);
        }

        @Override
        public void close() {}
    }
}
