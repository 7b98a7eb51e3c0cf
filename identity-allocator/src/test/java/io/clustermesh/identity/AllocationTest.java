package io.clustermesh.identity;

import static io.clustermesh.identity.Bench.labels;
import static io.clustermesh.identity.Bench.wantedKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.clustermesh.model.Keys;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.sync.Change;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a label set gets its identity. */
class AllocationTest {

    private final Bench bench = new Bench();

    @Test
    void shouldWriteMasterKeyWithoutLeaseAndSlaveKeyWithOne() {
        bench.want("cart");

        bench.turn();

        NumericIdentity identity = bench.identityOf("cart").orElseThrow();
        assertThat(Bench.RANGE.contains(identity)).isTrue();
        KeyValue master = bench.store.get(Keys.identity(identity)).orElseThrow();
        assertThat(master.text()).isEqualTo(labels("cart").toLabelString());
        assertThat(master.leaseId()).isZero();
        KeyValue slave = bench.store.get(bench.slaveKey("cart", "one")).orElseThrow();
        assertThat(slave.text()).isEqualTo(identity.toString());
        assertThat(slave.leaseId()).isNotZero();
    }

    @Test
    void shouldGiveTheLockBack() {
        bench.want("cart");

        bench.turn();

        assertThat(bench.store.list(KeyRange.prefix(Keys.IDENTITY_LOCKS)).entries())
                .isEmpty();
    }

    @Test
    void shouldAllocateNothingBeforeEverythingWasRead() throws InterruptedException {
        bench.want("cart");
        KeyValue asked = bench.store.get(wantedKey("cart")).orElseThrow();

        bench.agent.onWanted(List.of(
                new Change.Upsert(asked), new Change.Synced(asked.version().modified())));
        bench.agent.doWork();

        assertThat(bench.agent.status().phase()).isEqualTo(AllocatorStatus.Phase.SYNCING);
        assertThat(bench.store.list(KeyRange.prefix(Keys.IDENTITY_IDS)).entries())
                .isEmpty();
    }

    @Test
    void shouldGiveDifferentLabelsDifferentIdentities() {
        for (int i = 0; i < 100; i++) {
            bench.want("app-" + i);
        }

        for (int i = 0; i < 3; i++) {
            bench.turn();
        }

        assertThat(bench.agent.status().identities()).hasSize(100);
        assertThat(bench.agent.status().identities().stream()
                        .map(AllocatorStatus.Allocation::identity)
                        .distinct())
                .hasSize(100);
    }

    @Test
    void shouldShareOneIdentityAmongAskersAndReleaseItAfterTheLast() {
        bench.store.put(wantedKey("a"), labels("cart").toLabelString());
        bench.store.put(wantedKey("b"), labels("cart").toLabelString());
        bench.turn();
        assertThat(bench.agent.status().identities()).hasSize(1);
        NumericIdentity identity = bench.identityOf("cart").orElseThrow();

        bench.store.delete(wantedKey("a"));
        bench.turn();
        assertThat(bench.identityOf("cart")).contains(identity);

        bench.store.delete(wantedKey("b"));
        bench.turn();
        assertThat(bench.identityOf("cart")).isEmpty();
        assertThat(bench.value(bench.slaveKey("cart", "one"))).isEmpty();
        assertThat(bench.value(Keys.identity(identity))).as("master key stays").isPresent();
    }

    @Test
    void shouldJoinTheIdentityThatAnotherAllocatorUses() {
        bench.store.put("cilium/state/identities/v1/id/70000", labels("cart").toLabelString());
        bench.store.put(bench.slaveKey("cart", "10.0.0.7"), "70000");
        bench.want("cart");

        bench.turn();

        assertThat(bench.identityOf("cart")).contains(new NumericIdentity(70_000));
        assertThat(bench.value(bench.slaveKey("cart", "one"))).contains("70000");
    }

    @Test
    void shouldNotTakeSlaveKeysOfLongerLabelStringsForItsOwn() {
        bench.store.put(bench.slaveKey("cart", "k8s:x=/10.0.0.7"), "70000");
        bench.want("cart");

        bench.turn();

        assertThat(bench.identityOf("cart")).isPresent().get().isNotEqualTo(new NumericIdentity(70_000));
    }

    @Test
    void shouldReviveAnIdentityThatWasLeftOver() {
        bench.store.put("cilium/state/identities/v1/id/70000", labels("cart").toLabelString());
        bench.want("cart");

        bench.turn();

        assertThat(bench.identityOf("cart")).contains(new NumericIdentity(70_000));
    }

    @Test
    void shouldWaitForTheLockAndTryAgain() {
        Lease other = bench.store.grant(Duration.ofSeconds(25));
        String lock = AllocatorKeys.labelsLock(labels("cart")) + "/" + Long.toHexString(other.id());
        bench.store.put(lock, "");
        bench.want("cart");

        bench.turn();
        assertThat(bench.identityOf("cart")).isEmpty();
        assertThat(bench.reasons()).singleElement().asString().contains("holds the lock");

        bench.store.delete(lock);
        bench.turnAfter(Duration.ofMillis(20));
        assertThat(bench.identityOf("cart")).isPresent();
        assertThat(bench.agent.status().troubles()).isEmpty();
    }

    @Test
    void shouldNotTryAgainBeforeItsPauseIsOver() {
        bench.store.put(AllocatorKeys.labelsLock(labels("cart")) + "/ffff", "");
        bench.want("cart");
        bench.turn();
        bench.store.delete(AllocatorKeys.labelsLock(labels("cart")) + "/ffff");

        bench.turnAfter(Duration.ofMillis(1));
        assertThat(bench.identityOf("cart")).isEmpty();

        bench.turnAfter(Duration.ofMillis(20));
        assertThat(bench.identityOf("cart")).isPresent();
    }

    @Test
    void shouldSayThatTheRangeIsExhaustedAndGoOnWhenOneIsFree() {
        Bench tiny = new Bench(new InMemoryKvStore(), Bench.range(65_536, 65_537), "one");
        tiny.want("a");
        tiny.want("b");
        tiny.want("c");

        tiny.turn();

        assertThat(tiny.agent.status().identities()).hasSize(2);
        assertThat(tiny.reasons())
                .singleElement()
                .asString()
                .contains("all 2 identities from 65536 to 65537 are in use")
                .contains("remove workloads");

        String lucky = tiny.identityOf("a").isPresent() ? "a" : "b";
        NumericIdentity freed = tiny.identityOf(lucky).orElseThrow();
        tiny.unwant(lucky);
        tiny.turn();
        tiny.store.delete(Keys.identity(freed));
        tiny.turnAfter(Duration.ofSeconds(30));

        assertThat(tiny.agent.status().identities()).hasSize(2);
        assertThat(tiny.agent.status().troubles()).isEmpty();
    }

    @Test
    void shouldReportLabelSetsThatAreNotThisClusters() {
        bench.store.put(wantedKey("x"), "k8s:app=cart;k8s:io.cilium.k8s.policy.cluster=east;");
        bench.store.put(wantedKey("y"), "no labels");

        bench.turn();

        assertThat(bench.agent.status().identities()).isEmpty();
        assertThat(bench.reasons())
                .anySatisfy(reason -> assertThat(reason).contains("\"east\"", "west"))
                .anySatisfy(reason -> assertThat(reason).contains("source:key=value"));

        bench.store.put(wantedKey("x"), labels("cart").toLabelString());
        bench.store.delete(wantedKey("y"));
        bench.turn();
        assertThat(bench.identityOf("cart")).isPresent();
        assertThat(bench.agent.status().troubles()).isEmpty();
    }

    @Test
    void shouldFinishWhatAFaultOfTheStoreInterrupted() throws InterruptedException {
        bench.turn();
        bench.want("cart");
        KeyValue asked = bench.store.get(wantedKey("cart")).orElseThrow();
        bench.agent.onWanted(List.of(new Change.Upsert(asked)));
        bench.store.unreachable(true);

        assertThatExceptionOfType(StoreException.Unavailable.class).isThrownBy(bench.agent::doWork);
        assertThat(bench.identityOf("cart")).isEmpty();

        bench.store.unreachable(false);
        bench.turn();
        assertThat(bench.identityOf("cart")).isPresent();
    }
}
