package io.clustermesh.bench.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.bench.dataplane.Flip.Connect;
import io.clustermesh.bench.host.BenchFailed;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlipTest {

    private static final int OLD = 0;
    private static final int NEW = 1;

    @Test
    void shouldCountFromBeforeTheChangeToTheFirstConnectThatObeys() {
        List<Flip> flips = List.of(new Flip(10_000, 12_000, NEW), new Flip(90_000, 91_000, OLD));
        List<Connect> connects = List.of(
                new Connect(9_000, OLD), new Connect(15_000, NEW), new Connect(50_000, NEW), new Connect(95_000, OLD));

        assertThat(Flip.obeyed(flips, connects, NEW)).containsExactly(5.0);
    }

    @Test
    void shouldForgiveAConnectThatBeganDuringTheWriteOrEndedInTheNextOne() {
        List<Flip> flips = List.of(new Flip(10_000, 20_000, NEW), new Flip(40_000, 41_000, OLD));
        List<Connect> connects = List.of(
                new Connect(15_000, OLD), // the write had not returned
                new Connect(30_000, NEW),
                new Connect(39_000, OLD), // was under way when the next flip began
                new Connect(45_000, OLD),
                new Connect(60_000, OLD));

        assertThat(Flip.obeyed(flips, connects, NEW)).containsExactly(20.0);
    }

    @Test
    void shouldFailForAConnectThatWentToTheOldSideAfterwards() {
        List<Flip> flips = List.of(new Flip(10_000, 12_000, NEW));
        List<Connect> connects = List.of(new Connect(15_000, NEW), new Connect(20_000, OLD), new Connect(30_000, NEW));

        assertThatThrownBy(() -> Flip.obeyed(flips, connects, NEW))
                .isInstanceOf(BenchFailed.class)
                .hasMessageContaining("began 8 us after the write");
    }

    @Test
    void shouldFailForARefusedConnect() {
        List<Flip> flips = List.of(new Flip(10_000, 12_000, NEW));
        List<Connect> connects = List.of(new Connect(15_000, -1), new Connect(20_000, NEW));

        assertThatThrownBy(() -> Flip.obeyed(flips, connects, NEW)).isInstanceOf(BenchFailed.class);
    }
}
