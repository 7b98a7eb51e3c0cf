package io.clustermesh.nodesync.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.nodesync.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AllocatorsTest {

    private static final Duration REST = Duration.ofSeconds(2);

    private final ManualClock clock = new ManualClock();

    @Test
    void shouldLetANumberRestBeforeItIsUsedAgain() {
        NumberPool pool = new NumberPool(1, 2, REST, clock);
        assertThat(pool.take()).hasValue(1);
        assertThat(pool.take()).hasValue(2);
        pool.release(1);

        OptionalInt atOnce = pool.take();
        clock.advance(REST);
        OptionalInt later = pool.take();

        assertThat(atOnce).isEmpty();
        assertThat(later).hasValue(1);
        assertThat(pool.inUse()).isEqualTo(2);
    }

    @Test
    void shouldReserveAFreeNumberOnce() {
        NumberPool pool = new NumberPool(0, 4, REST, clock);

        assertThat(pool.reserve(0)).isTrue();
        assertThat(pool.reserve(0)).isFalse();
        assertThat(pool.reserve(4)).isFalse();
        assertThat(pool.take()).hasValue(1);
    }

    @Test
    void shouldReserveARegionOnlyIfAllOfItIsFree() {
        ArenaRegions regions = new ArenaRegions(1000, REST, clock);

        assertThat(regions.reserve(100, 251)).isTrue();
        assertThat(regions.reserve(350, 10)).isFalse();
        assertThat(regions.reserve(90, 11)).isFalse();
        assertThat(regions.reserve(990, 11)).isFalse();
        assertThat(regions.reserve(351, 649)).isTrue();
        assertThat(regions.take(100)).hasValue(0);
        assertThat(regions.inUse()).isEqualTo(1000);
    }

    @Test
    void shouldNeverHandOutAnEntryTwiceAndGrowTogetherAgain() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        ArenaRegions regions = new ArenaRegions(5000, REST, clock);
        int[] sizes = {1, 251, 509, 1021};
        BitSet inUse = new BitSet();
        List<int[]> held = new ArrayList<>();

        for (int round = 0; round < 3000; round++) {
            if (random.nextBoolean() || held.isEmpty()) {
                int size = sizes[random.nextInt(sizes.length)];
                regions.take(size).ifPresent(base -> {
                    assertThat(inUse.get(base, base + size).cardinality())
                            .as("seed %d: %d entries at %d", seed, size, base)
                            .isZero();
                    inUse.set(base, base + size);
                    held.add(new int[] {base, size});
                });
            } else {
                int[] region = held.remove(random.nextInt(held.size()));
                inUse.clear(region[0], region[0] + region[1]);
                regions.release(region[0], region[1]);
                clock.advance(Duration.ofMillis(random.nextInt(3000)));
            }
        }
        held.forEach(region -> regions.release(region[0], region[1]));
        clock.advance(REST);

        assertThat(regions.take(5000)).as("seed %d", seed).hasValue(0);
    }
}
