package io.clustermesh.nodesync.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.model.Affinity;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Rows of the table in Cilium's affinity step, case by case. */
class SelectionTest {

    private static final SlotDemand LOCAL_2 = new SlotDemand(true, 2, 0);
    private static final SlotDemand LOCAL_ENDING = new SlotDemand(true, 0, 2);
    private static final SlotDemand LOCAL_GONE = new SlotDemand(true, 0, 0);
    private static final SlotDemand REMOTE_3 = new SlotDemand(false, 3, 0);
    private static final SlotDemand REMOTE_GONE = new SlotDemand(false, 0, 0);

    @Test
    void shouldPutAllInOneTierWithoutAffinity() {
        PolicyWord word = Selection.policy(Affinity.NONE, List.of(LOCAL_2, REMOTE_3));

        assertThat(word).isEqualTo(PolicyWord.OFF.with(0, 0, 2).with(1, 0, 3));
    }

    @Test
    void shouldPreferLocalAndKeepPeersInTheNextTier() {
        PolicyWord word = Selection.policy(Affinity.LOCAL, List.of(LOCAL_2, REMOTE_3));

        assertThat(word).isEqualTo(PolicyWord.OFF.with(0, 0, 2).with(1, 1, 3));
    }

    @Test
    void shouldPreferPeersAndKeepLocalInTheNextTier() {
        PolicyWord word = Selection.policy(Affinity.REMOTE, List.of(LOCAL_2, REMOTE_3));

        assertThat(word).isEqualTo(PolicyWord.OFF.with(0, 1, 2).with(1, 0, 3));
    }

    @Test
    void shouldSwitchOffSlotsWithoutBackends() {
        assertThat(Selection.policy(Affinity.LOCAL, List.of(LOCAL_GONE, REMOTE_3)))
                .isEqualTo(PolicyWord.OFF.with(1, 1, 3));
        assertThat(Selection.policy(Affinity.REMOTE, List.of(LOCAL_2, REMOTE_GONE)))
                .isEqualTo(PolicyWord.OFF.with(0, 1, 2));
        assertThat(Selection.policy(Affinity.NONE, List.of(LOCAL_GONE, REMOTE_GONE)))
                .isEqualTo(PolicyWord.OFF);
    }

    @Test
    void shouldAskTerminatingBackendsLastWhateverTheAffinity() {
        for (Affinity affinity : Affinity.values()) {
            PolicyWord word = Selection.policy(affinity, List.of(LOCAL_ENDING, REMOTE_3));

            assertThat(word.tier(0)).as("tier with affinity %s", affinity).isEqualTo(Selection.LAST_TIER);
            assertThat(word.weight(0)).isEqualTo(2);
            assertThat(word.tier(1)).isLessThan(Selection.LAST_TIER);
        }
    }

    @Test
    void shouldGiveEachBackendOfATierAnEqualShare() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            List<SlotDemand> slots = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                slots.add(new SlotDemand(i == 0, 1 + random.nextInt(round % 2 == 0 ? 63 : 2000), 0));
            }
            int largest = slots.stream().mapToInt(SlotDemand::active).max().orElseThrow();

            PolicyWord word = Selection.policy(Affinity.NONE, slots);

            for (int i = 0; i < 8; i++) {
                int backends = slots.get(i).active();
                double exact = largest <= 63 ? backends : 63.0 * backends / largest;
                double allowed = largest <= 63 ? 0 : Math.max(0.5, 1 - exact);
                assertThat((double) word.weight(i))
                        .as("seed %d: %d backends beside %d", seed, backends, largest)
                        .isBetween(exact - allowed, exact + allowed);
                assertThat(word.weight(i)).isPositive();
            }
        }
    }
}
