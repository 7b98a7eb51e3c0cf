package io.clustermesh.identity;

import static io.clustermesh.identity.Bench.labels;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Keys;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Txn;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How an identity is kept, and how one that nobody uses goes. */
class UpkeepTest {

    private static final Duration VERIFY = Duration.ofMinutes(5);
    private static final Duration COLLECT = Duration.ofMinutes(15);

    private final Bench bench = new Bench();
    private NumericIdentity cart = Bench.RANGE.first();

    @BeforeEach
    void allocate() {
        bench.want("cart");
        bench.turn();
        cart = bench.identityOf("cart").orElseThrow();
        bench.turn();
    }

    @Test
    void shouldWriteAMasterKeyAgainThatVanishedInUse() {
        bench.store.delete(Keys.identity(cart));

        bench.turn();

        assertThat(bench.value(Keys.identity(cart))).contains(labels("cart").toLabelString());
        assertThat(bench.identityOf("cart")).contains(cart);
        assertThat(bench.agent.status().upkeep().repaired()).isEqualTo(1);
    }

    @Test
    void shouldLeaveAMasterKeyAloneThatVanishedAfterUse() {
        bench.unwant("cart");
        bench.turn();
        bench.store.delete(Keys.identity(cart));

        bench.turn();

        assertThat(bench.value(Keys.identity(cart))).isEmpty();
    }

    @Test
    void shouldTakeAnotherIdentityIfItsOwnWasGivenToOthers() {
        bench.store.put(Keys.identity(cart), labels("pay").toLabelString());
        bench.store.delete(bench.slaveKey("cart", "one"));

        bench.turn();
        bench.turn();

        assertThat(bench.identityOf("cart")).isPresent().get().isNotEqualTo(cart);
        assertThat(bench.value(Keys.identity(cart))).contains(labels("pay").toLabelString());
    }

    @Test
    void shouldWriteSlaveKeysAgainOnANewLeaseWhenTheOldOneIsLost() {
        long before =
                bench.store.get(bench.slaveKey("cart", "one")).orElseThrow().leaseId();
        bench.store.expireLeases();
        assertThat(bench.value(bench.slaveKey("cart", "one"))).isEmpty();

        bench.turn();

        KeyValue slave = bench.store.get(bench.slaveKey("cart", "one")).orElseThrow();
        assertThat(slave.text()).isEqualTo(cart.toString());
        assertThat(slave.leaseId()).isNotZero().isNotEqualTo(before);
    }

    @Test
    void shouldNoticeALostSlaveKeyAtTheNextVerification() {
        bench.store.delete(bench.slaveKey("cart", "one"));
        bench.turn();
        assertThat(bench.value(bench.slaveKey("cart", "one"))).isEmpty();

        bench.turnAfter(VERIFY);

        assertThat(bench.value(bench.slaveKey("cart", "one"))).contains(cart.toString());
        assertThat(bench.agent.status().upkeep().lastVerified()).contains(bench.clock.now());
    }

    @Test
    void shouldWriteNothingWhenAVerificationFindsAllInOrder() {
        long before = bench.store.put("probe", "1").value();

        bench.turnAfter(VERIFY);

        assertThat(bench.store.put("probe", "2").value()).isEqualTo(before + 1);
    }

    @Test
    void shouldKeepIdentitiesThroughTheLossOfTheWholeStore() {
        bench.store.replace(99);
        bench.want("cart");

        bench.turn();

        assertThat(bench.identityOf("cart")).contains(cart);
        assertThat(bench.value(Keys.identity(cart))).contains(labels("cart").toLabelString());
        assertThat(bench.value(bench.slaveKey("cart", "one"))).contains(cart.toString());
    }

    @Test
    void shouldRemoveAnUnusedIdentityInTheSecondRound() {
        bench.unwant("cart");
        bench.turn();

        bench.turnAfter(COLLECT);
        assertThat(bench.value(Keys.identity(cart))).as("first round").isPresent();

        bench.turnAfter(COLLECT);
        assertThat(bench.value(Keys.identity(cart))).as("second round").isEmpty();
        assertThat(bench.agent.status().upkeep().collected()).isEqualTo(1);
    }

    @Test
    void shouldLeaveWhatAnotherPublishesToItsLease() {
        NumericIdentity others = Bench.RANGE.last();
        Lease lease = bench.store.grant(Duration.ofMinutes(15));
        bench.store.commit(new Txn(
                List.of(),
                List.of(new Txn.Op.Put(
                        Keys.identity(others),
                        labels("ciliums").toLabelString().getBytes(StandardCharsets.UTF_8),
                        Optional.of(lease)))));
        bench.turn();

        bench.turnAfter(COLLECT);
        bench.turnAfter(COLLECT);

        assertThat(bench.value(Keys.identity(others))).isPresent();
    }

    @Test
    void shouldSpareAnIdentityThatWasWrittenBetweenTheRounds() {
        bench.unwant("cart");
        bench.turnAfter(COLLECT);
        bench.store.put(Keys.identity(cart), labels("cart").toLabelString());

        bench.turnAfter(COLLECT);
        assertThat(bench.value(Keys.identity(cart))).isPresent();

        bench.turnAfter(COLLECT);
        assertThat(bench.value(Keys.identity(cart))).isEmpty();
    }

    @Test
    void shouldSpareIdentitiesInUseOnesOfOtherClustersAndThoseUnderLock() {
        bench.store.put(
                "cilium/state/identities/v1/id/131072", labels("foreign").toLabelString());
        bench.store.put("cilium/state/identities/v1/id/70001", labels("locked").toLabelString());
        bench.store.put(AllocatorKeys.identityLock(new NumericIdentity(70_001)) + "/ffff", "");

        for (int round = 0; round < 3; round++) {
            bench.turnAfter(COLLECT);
        }

        assertThat(bench.value(Keys.identity(cart))).isPresent();
        assertThat(bench.value("cilium/state/identities/v1/id/131072")).isPresent();
        assertThat(bench.value("cilium/state/identities/v1/id/70001")).isPresent();
    }

    @Test
    void shouldLeaveItsKeysButNoLocksWhenItStops() {
        long lockLease =
                bench.store.get(bench.slaveKey("cart", "one")).orElseThrow().leaseId() + 1;
        bench.store.commit(Txn.of(
                List.of(new Txn.Op.Put(Keys.IDENTITY_LOCKS + "cut-short", new byte[0], bench.store.adopt(lockLease)))));

        bench.agent.onClose();

        assertThat(bench.store.list(KeyRange.prefix(Keys.IDENTITY_LOCKS)).entries())
                .isEmpty();
        assertThat(bench.value(bench.slaveKey("cart", "one"))).contains(cart.toString());
    }
}
