package io.clustermesh.nodesync.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.ClusterName;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Rows of the table in Cilium's affinity step, case by case. */
class SelectionTest {

    private static final SlotDemand LOCAL_2 = slot("west", true, 2, 0);
    private static final SlotDemand LOCAL_ENDING = slot("west", true, 0, 2);
    private static final SlotDemand LOCAL_GONE = slot("west", true, 0, 0);
    private static final SlotDemand REMOTE_3 = slot("east", false, 3, 0);
    private static final SlotDemand REMOTE_GONE = slot("east", false, 0, 0);

    @Test
    void shouldPutAllInOneTierWithoutAffinity() {
        PolicyWord word = Selection.policy(Affinity.NONE, Balancing.DEFAULT, List.of(LOCAL_2, REMOTE_3));

        assertThat(word).isEqualTo(PolicyWord.OFF.with(0, 0, 2).with(1, 0, 3));
    }

    @Test
    void shouldPreferLocalAndKeepPeersInTheNextTier() {
        PolicyWord word = Selection.policy(Affinity.LOCAL, Balancing.DEFAULT, List.of(LOCAL_2, REMOTE_3));

        assertThat(word).isEqualTo(PolicyWord.OFF.with(0, 0, 2).with(1, 1, 3));
    }

    @Test
    void shouldPreferPeersAndKeepLocalInTheNextTier() {
        PolicyWord word = Selection.policy(Affinity.REMOTE, Balancing.DEFAULT, List.of(LOCAL_2, REMOTE_3));

        assertThat(word).isEqualTo(PolicyWord.OFF.with(0, 1, 2).with(1, 0, 3));
    }

    @Test
    void shouldSwitchOffSlotsWithoutBackends() {
        assertThat(Selection.policy(Affinity.LOCAL, Balancing.DEFAULT, List.of(LOCAL_GONE, REMOTE_3)))
                .isEqualTo(PolicyWord.OFF.with(1, 0, 3));
        assertThat(Selection.policy(Affinity.REMOTE, Balancing.DEFAULT, List.of(LOCAL_2, REMOTE_GONE)))
                .isEqualTo(PolicyWord.OFF.with(0, 0, 2));
        assertThat(Selection.policy(Affinity.NONE, Balancing.DEFAULT, List.of(LOCAL_GONE, REMOTE_GONE)))
                .isEqualTo(PolicyWord.OFF);
    }

    @Test
    void shouldAskTerminatingBackendsLastWhateverTheAffinity() {
        for (Affinity affinity : Affinity.values()) {
            PolicyWord word = Selection.policy(affinity, Balancing.DEFAULT, List.of(LOCAL_ENDING, REMOTE_3));

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
                slots.add(slot("c" + i, i == 0, 1 + random.nextInt(round % 2 == 0 ? 63 : 2000), 0));
            }
            double all = slots.stream().mapToInt(it -> it.offer().active()).sum();

            PolicyWord word = Selection.policy(Affinity.NONE, Balancing.DEFAULT, slots);

            double given = 0;
            for (int i = 0; i < 8; i++) {
                assertThat(word.weight(i)).isPositive();
                given += word.weight(i);
            }
            for (int i = 0; i < 8; i++) {
                int backends = slots.get(i).offer().active();
                double off = Math.abs(word.weight(i) / given - backends / all);
                assertThat(off)
                        .as("seed %d round %d: %d backends of %.0f", seed, round, backends, all)
                        .isLessThanOrEqualTo(round % 2 == 0 ? 1e-12 : 0.01);
            }
        }
    }

    private static SlotDemand slot(String cluster, boolean local, int active, int terminating) {
        return new SlotDemand(
                new ClusterName(cluster),
                SlotDemand.Place.of(local, true),
                new SlotDemand.Offer(active, terminating, 0, 100L * active),
                100);
    }
}
