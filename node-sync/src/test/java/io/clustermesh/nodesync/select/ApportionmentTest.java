package io.clustermesh.nodesync.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ApportionmentTest {

    @Test
    void shouldGiveEqualBackendsOnePlaceEach() {
        assertThat(Apportionment.size(List.of(100, 100, 100))).isEqualTo(3);
        assertThat(Apportionment.table(candidates(100, 100, 100), 3)).containsExactly(1, 2, 3);
    }

    @Test
    void shouldKeepExactProportionsInLowestTerms() {
        assertThat(Apportionment.size(List.of(70, 30))).isEqualTo(10);
        assertThat(Apportionment.table(candidates(70, 30), 10)).containsExactly(1, 1, 1, 1, 1, 1, 1, 2, 2, 2);
    }

    @Test
    void shouldStayWithinOnePercentWhateverTheWeights() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            int[] weights = random.ints(1 + random.nextInt(40), 1, 65_536).toArray();
            double sum = Arrays.stream(weights).asLongStream().sum();
            int size = Apportionment.size(IntStream.of(weights).boxed().toList());

            int[] table = Apportionment.table(candidates(weights), size);

            for (int i = 0; i < weights.length; i++) {
                int index = i + 1;
                double share = Arrays.stream(table).filter(it -> it == index).count() / (double) size;
                assertThat(Math.abs(share - weights[i] / sum))
                        .as("seed %d round %d, weight %d of %.0f", seed, round, weights[i], sum)
                        .isLessThan(0.01);
            }
        }
    }

    @Test
    void shouldFillASmallerTableThanItAskedFor() {
        int[] table = Apportionment.table(candidates(1, 1, 1, 1), 2);

        assertThat(table).hasSize(2).doesNotContain(0).doesNotHaveDuplicates();
    }

    @Test
    void shouldBoundTheTableOfTwentyThousandBackends() {
        int[] weights = IntStream.range(0, 20_000).map(i -> 1 + i % 97).toArray();

        int size = Apportionment.size(IntStream.of(weights).boxed().toList());

        assertThat(size).isEqualTo(TableSize.LARGEST);
        assertThat(Apportionment.table(candidates(weights), size)).doesNotContain(0);
    }

    private static List<Maglev.Candidate> candidates(int... weights) {
        return IntStream.range(0, weights.length)
                .mapToObj(i -> new Maglev.Candidate(
                        IpAddress.parse("10.1.%d.%d".formatted(i / 250, 1 + i % 250)),
                        new L4(Protocol.TCP, 8080),
                        i + 1,
                        weights[i]))
                .toList();
    }
}
