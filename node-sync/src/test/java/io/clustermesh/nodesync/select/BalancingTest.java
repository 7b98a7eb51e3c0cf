package io.clustermesh.nodesync.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.Balancing.Algorithm;
import io.clustermesh.model.Balancing.Cap;
import io.clustermesh.model.ClusterName;
import io.clustermesh.nodesync.select.SlotDemand.Offer;
import io.clustermesh.nodesync.select.SlotDemand.Place;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What annotations under {@code clustermesh.io/} make of a policy word. West is the own cluster. */
class BalancingTest {

    private static final Place OWN = Place.LOCAL;
    private static final Place PEER = Place.REMOTE;

    @Test
    void shouldDivideByWeightsWhateverTheNumbersOfBackends() {
        PolicyWord word = policy(weights("west", 70, "east", 30), slot("west", 2), slot("east", 50));

        assertThat(share(word, 0)).isEqualTo(0.7, within(1e-9));
        assertThat(share(word, 1)).isEqualTo(0.3, within(1e-9));
        assertThat(word.tier(0)).isEqualTo(word.tier(1)).isZero();
    }

    @Test
    void shouldKeepAClusterThatWeightsDoNotNameAsALastResort() {
        PolicyWord word = policy(weights("west", 70, "east", 30), slot("west", 2), slot("east", 2), slot("eu", 2));

        assertThat(word.tier(2)).isEqualTo(1);
        assertThat(word.weight(2)).isPositive();
    }

    @Test
    void shouldSendNothingToAClusterOfWeightZeroNotEvenAsALastResort() {
        PolicyWord word = policy(weights("west", 1, "east", 0), slot("west", 0), slot("east", 5));

        assertThat(word).isEqualTo(PolicyWord.OFF);
    }

    @Test
    void shouldApplyWeightsWithinATierOfTheAffinity() {
        PolicyWord word = Selection.policy(
                Affinity.LOCAL, weights("east", 3, "eu", 1), List.of(slot("west", 2), slot("east", 1), slot("eu", 9)));

        assertThat(word.tier(0)).as("own cluster first").isZero();
        assertThat(word.tier(1)).isEqualTo(word.tier(2)).isEqualTo(1);
        assertThat(word.weight(1)).isEqualTo(3 * word.weight(2));
    }

    @ParameterizedTest
    @CsvSource({"99,1", "1,1", "70,30", "5000,4999", "63,64", "1,3"})
    void shouldComeWithinOnePercentagePointOfTwoWeights(int west, int east) {
        PolicyWord word = policy(weights("west", west, "east", east), slot("west", 3), slot("east", 3));

        assertThat(share(word, 0)).isEqualTo((double) west / (west + east), within(0.01));
        assertThat(Selection.roundingError(
                        Affinity.NONE,
                        weights("west", west, "east", east),
                        List.of(slot("west", 3), slot("east", 3)),
                        2))
                .isLessThanOrEqualTo(0.01);
    }

    @ParameterizedTest
    @CsvSource({"98,1", "9998,1", "500,1", "1,1"})
    void shouldSpreadAHeavyClusterOverFreeSlots(int west, int others) {
        Balancing balancing = weights("west", west, "east", others, "eu", others);
        List<SlotDemand> slots = List.of(slot("west", 3), slot("east", 3), slot("eu", 3));

        int[] parts = Selection.parts(Affinity.NONE, balancing, slots, 8);
        List<SlotDemand> spread = new java.util.ArrayList<>();
        for (int i = 0; i < 3; i++) {
            spread.addAll(java.util.Collections.nCopies(parts[i], slots.get(i).in(parts[i])));
        }
        PolicyWord word = Selection.policy(Affinity.NONE, balancing, spread);

        assertThat(spread).hasSizeLessThanOrEqualTo(8);
        double got = 0;
        for (int i = 0; i < parts[0]; i++) {
            got += share(word, i);
        }
        assertThat(got).isEqualTo((double) west / (west + 2 * others), within(0.01));
        assertThat(Selection.roundingError(Affinity.NONE, balancing, slots, 8)).isLessThan(0.01);
    }

    @Test
    void shouldSayWhenWeightsAreTooFarApartForThePolicyWord() {
        double error = Selection.roundingError(
                Affinity.NONE,
                weights("west", 93, "a", 1, "b", 1, "c", 1, "d", 1, "e", 1, "f", 1, "g", 1),
                List.of(
                        slot("west", 1),
                        slot("a", 1),
                        slot("b", 1),
                        slot("c", 1),
                        slot("d", 1),
                        slot("e", 1),
                        slot("f", 1),
                        slot("g", 1)),
                8);

        assertThat(error).isGreaterThan(0.01);
    }

    @Test
    void shouldFollowTheOrderInsteadOfTheAffinity() {
        Balancing order = order("eu", "west", "east");

        PolicyWord word =
                Selection.policy(Affinity.LOCAL, order, List.of(slot("west", 1), slot("east", 1), slot("eu", 1)));

        assertThat(List.of(word.tier(2), word.tier(0), word.tier(1))).containsExactly(0, 1, 2);
    }

    @Test
    void shouldLetTheNextInOrderMoveUpWhenAClusterHasNobody() {
        Balancing order = order("a", "b", "c", "d", "west");

        PolicyWord all = policy(order, slot("west", 1), slot("a", 1), slot("b", 1), slot("c", 1), slot("d", 1));
        PolicyWord withoutA = policy(order, slot("west", 1), slot("a", 0), slot("b", 1), slot("c", 1), slot("d", 1));

        assertThat(all.tier(0))
                .as("the fifth shares the last tier")
                .isEqualTo(all.tier(4))
                .isEqualTo(3);
        assertThat(withoutA.tier(2)).isZero();
        assertThat(withoutA.tier(0)).as("now the fourth").isEqualTo(3);
        assertThat(withoutA.tier(4)).isEqualTo(2);
        assertThat(withoutA.weight(1)).isZero();
    }

    @Test
    void shouldPutClustersThatTheOrderDoesNotNameLast() {
        PolicyWord word = policy(order("east"), slot("west", 1), slot("east", 1), slot("eu", 1));

        assertThat(word.tier(1)).isZero();
        assertThat(word.tier(0)).isEqualTo(word.tier(2)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"10,0,1.0", "6,4,1.0", "5,5,0.8333", "3,7,0.5", "1,9,0.1667"})
    void shouldSpillOverInProportionBelowTheThreshold(int active, int unready, double keeps) {
        Balancing spillover = new Balancing(Map.of(), List.of(), 60, Map.of(), Algorithm.MAGLEV);

        PolicyWord word = Selection.policy(
                Affinity.LOCAL, spillover, List.of(slot("west", OWN, active, unready, 100), slot("east", 10)));

        if (unready <= 4) {
            assertThat(word.tier(1)).as("nothing spills").isEqualTo(1);
        } else {
            assertThat(word.tier(0)).isEqualTo(word.tier(1)).isZero();
            assertThat(share(word, 0)).isEqualTo(keeps, within(0.01));
        }
    }

    @Test
    void shouldSpillOnThroughSeveralTiersAndKeepTheRestInOrder() {
        Balancing balancing =
                new Balancing(Map.of(), names("west", "east", "eu", "us"), 50, Map.of(), Algorithm.MAGLEV);

        PolicyWord word = policy(
                balancing,
                slot("west", OWN, 1, 9, 100),
                slot("east", PEER, 2, 8, 100),
                slot("eu", PEER, 10, 0, 100),
                slot("us", PEER, 10, 0, 100));

        assertThat(share(word, 0)).isEqualTo(0.2, within(0.01));
        assertThat(share(word, 1)).isEqualTo(0.4, within(0.01));
        assertThat(share(word, 2)).isEqualTo(0.4, within(0.01));
        assertThat(word.tier(3)).isEqualTo(1);
    }

    @Test
    void shouldDivideAmongTheUnhealthyWhenNobodyElseIsLeft() {
        Balancing balancing = new Balancing(Map.of(), names("west", "east"), 100, Map.of(), Algorithm.MAGLEV);

        PolicyWord word = policy(balancing, slot("west", OWN, 1, 9, 100), slot("east", PEER, 3, 7, 100));

        assertThat(share(word, 0)).isEqualTo(0.25, within(0.01));
        assertThat(share(word, 1)).isEqualTo(0.75, within(0.01));
    }

    @Test
    void shouldTakeWeightOffAnUnhealthyClusterOfATierOnlyWhenAskedTo() {
        Balancing plain = weights("west", 50, "east", 50);
        Balancing spilling = new Balancing(plain.weights(), List.of(), 80, Map.of(), Algorithm.MAGLEV);
        SlotDemand sick = slot("west", OWN, 4, 6, 100);

        assertThat(share(policy(plain, sick, slot("east", 10)), 0)).isEqualTo(0.5, within(1e-9));
        assertThat(share(policy(spilling, sick, slot("east", 10)), 0)).isEqualTo(1.0 / 3, within(0.01));
    }

    @Test
    void shouldCapAClustersShareAndGiveTheRestToTheOthers() {
        Balancing balancing = new Balancing(
                Map.of(), List.of(), 0, Map.of(new ClusterName("east"), new Cap.Share(20)), Algorithm.MAGLEV);

        PolicyWord word = policy(balancing, slot("west", 10), slot("east", 90), slot("eu", 10));

        assertThat(share(word, 1)).isEqualTo(0.2, within(0.01));
        assertThat(share(word, 0)).isEqualTo(share(word, 2)).isEqualTo(0.4, within(0.01));
    }

    @Test
    void shouldHandOnWhatACapKeepsOutToTheNextTierAndGiveWayWhenThereIsNone() {
        Balancing balancing = new Balancing(
                Map.of(), List.of(), 0, Map.of(new ClusterName("west"), new Cap.Share(60)), Algorithm.MAGLEV);

        PolicyWord word = Selection.policy(Affinity.LOCAL, balancing, List.of(slot("west", 5), slot("east", 5)));
        PolicyWord alone = Selection.policy(Affinity.LOCAL, balancing, List.of(slot("west", 5)));

        assertThat(share(word, 0)).isEqualTo(0.6, within(0.01));
        assertThat(share(word, 1)).isEqualTo(0.4, within(0.01));
        assertThat(share(alone, 0)).isEqualTo(1.0);
    }

    @ParameterizedTest
    @ValueSource(ints = {95, 50, 5})
    void shouldTakeADrainedClustersShareAwayStepByStep(int keep) {
        PolicyWord tiers = Selection.policy(
                Affinity.LOCAL, Balancing.DEFAULT, List.of(slot("west", OWN, 4, 0, keep), slot("east", 4)));
        PolicyWord flat = policy(Balancing.DEFAULT, slot("west", OWN, 4, 0, keep), slot("east", 4));

        assertThat(share(tiers, 0)).isEqualTo(keep / 100.0, within(0.01));
        assertThat(share(flat, 0)).as("what it loses goes to its tier").isEqualTo(keep / (100.0 + keep), within(0.01));
    }

    @Test
    void shouldAskADrainedClusterOnlyWhenNobodyElseIsLeft() {
        PolicyWord word = policy(Balancing.DEFAULT, slot("west", OWN, 4, 0, 0), slot("east", 4));
        PolicyWord alone = policy(Balancing.DEFAULT, slot("west", OWN, 4, 0, 0), slot("east", 0));

        assertThat(word.tier(0)).isEqualTo(Selection.LAST_TIER);
        assertThat(word.tier(1)).isZero();
        assertThat(alone.weight(0)).isPositive();
    }

    @Test
    void shouldAskNearClustersFirst() {
        PolicyWord word = Selection.policy(
                Affinity.LOCAL,
                Balancing.DEFAULT,
                List.of(
                        slot("west", Place.LOCAL_FAR, 3, 0, 100),
                        slot("east", 3),
                        slot("eu", Place.REMOTE_FAR, 3, 0, 100)));

        assertThat(List.of(word.tier(1), word.tier(0), word.tier(2))).containsExactly(0, 1, 2);
    }

    @Test
    void shouldWeighClustersByTheWeightsOfTheirBackends() {
        SlotDemand heavy = new SlotDemand(new ClusterName("west"), OWN, new Offer(2, 0, 0, 600), 100);

        PolicyWord word = policy(Balancing.DEFAULT, heavy, slot("east", 2));

        assertThat(share(word, 0)).isEqualTo(0.75, within(1e-9));
    }

    /** Whatever is asked for: somebody is chosen if anybody may be, and nobody who has nothing. */
    @Test
    void shouldAlwaysLeaveSomebodyWhoServes() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 3000; round++) {
            SlotDemand[] slots = new SlotDemand[1 + random.nextInt(8)];
            Map<ClusterName, Integer> weights = new TreeMap<>();
            Map<ClusterName, Cap> caps = new TreeMap<>();
            List<ClusterName> order = new java.util.ArrayList<>();
            boolean weighted = random.nextInt(3) == 0;
            boolean ordered = random.nextInt(3) == 0;
            for (int i = 0; i < slots.length; i++) {
                ClusterName name = new ClusterName("c" + i);
                int active = random.nextInt(4);
                slots[i] = new SlotDemand(
                        name,
                        Place.values()[(i == 0 ? 0 : 2) + random.nextInt(2)],
                        new Offer(active, random.nextInt(2), random.nextInt(4), active * (1L + random.nextInt(300))),
                        List.of(100, 0, 35).get(random.nextInt(3)));
                if (weighted && (random.nextBoolean() || weights.isEmpty())) {
                    weights.put(name, 1 + random.nextInt(1000));
                }
                if (random.nextInt(4) == 0) {
                    caps.put(name, new Cap.Share(1 + random.nextInt(100)));
                }
                if (ordered && random.nextBoolean()) {
                    order.add(random.nextInt(order.size() + 1), name);
                }
            }
            Balancing balancing = new Balancing(weights, order, random.nextInt(101), caps, Algorithm.MAGLEV);
            Affinity affinity = Affinity.values()[random.nextInt(3)];

            PolicyWord word = Selection.policy(affinity, balancing, List.of(slots));

            boolean active = Arrays.stream(slots).anyMatch(it -> it.offer().active() > 0 && it.keepPercent() > 0);
            boolean[] firstTier = new boolean[1];
            for (int i = 0; i < slots.length; i++) {
                boolean usable = slots[i].offer().usable() > 0;
                assertThat(word.weight(i) > 0)
                        .as("seed %d round %d slot %d", seed, round, i)
                        .isEqualTo(usable);
                boolean first = word.weight(i) > 0 && word.tier(i) == 0;
                firstTier[0] |= first;
                if (first) {
                    assertThat(slots[i].offer().active()).isPositive();
                    assertThat(slots[i].keepPercent()).isPositive();
                }
            }
            assertThat(firstTier[0]).as("seed %d round %d", seed, round).isEqualTo(active);
        }
    }

    private static PolicyWord policy(Balancing balancing, SlotDemand... slots) {
        return Selection.policy(Affinity.NONE, balancing, List.of(slots));
    }

    /** The part of new connections that a slot of the first tier gets. */
    private static double share(PolicyWord word, int slot) {
        double all = 0;
        for (int i = 0; i < 8; i++) {
            all += word.tier(i) == 0 ? word.weight(i) : 0;
        }
        return word.tier(slot) == 0 ? word.weight(slot) / all : 0;
    }

    private static SlotDemand slot(String cluster, int active) {
        return slot(cluster, cluster.equals("west") ? OWN : PEER, active, 0, 100);
    }

    private static SlotDemand slot(String cluster, Place place, int active, int unready, int keep) {
        return new SlotDemand(new ClusterName(cluster), place, new Offer(active, 0, unready, 100L * active), keep);
    }

    private static Balancing weights(Object... pairs) {
        Map<ClusterName, Integer> weights = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            weights.put(new ClusterName((String) pairs[i]), (Integer) pairs[i + 1]);
        }
        return new Balancing(weights, List.of(), 0, Map.of(), Algorithm.MAGLEV);
    }

    private static Balancing order(String... names) {
        return new Balancing(Map.of(), names(names), 0, Map.of(), Algorithm.MAGLEV);
    }

    private static List<ClusterName> names(String... names) {
        return Arrays.stream(names).map(ClusterName::new).toList();
    }
}
