package io.clustermesh.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.bench.report.Row.Figure;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

    private static Row row(double ratio, Goal goal) {
        return Row.of("fan-out", "100 watchers", "2.2 us", "0.2 us", Figure.ratio(ratio, goal));
    }

    @Test
    void shouldMarkEachGoalByItsFigure() {
        assertThat(row(8, new Goal.AtLeast(8)).figure().mark()).isEqualTo("PASS");
        assertThat(row(7.99, new Goal.AtLeast(8)).figure().mark()).isEqualTo("FAIL");
        assertThat(row(0.6, new Goal.AtMost(0.6)).figure().mark()).isEqualTo("PASS");
        assertThat(row(0.61, new Goal.AtMost(0.6)).figure().mark()).isEqualTo("FAIL");
        assertThat(row(5, new Goal.Below(5, "s")).figure().mark()).isEqualTo("FAIL");
        assertThat(row(4.9, new Goal.Below(5, "s")).figure().mark()).isEqualTo("PASS");
        assertThat(row(0.001, new Goal.Quoted()).figure().mark()).isEmpty();
    }

    @Test
    void shouldPrintEachNoteOnceAndCountTheGoals() {
        List<String> lines = Report.text(
                "etcd",
                List.of(
                        row(9.5, new Goal.AtLeast(8)).note("puts included"),
                        row(1.2, new Goal.AtLeast(1.5)).note("puts included").note("no coalescing"),
                        row(30, new Goal.Quoted())));

        assertThat(lines.getFirst()).matches("LINE +WORK +etcd +clustermesh +RATIO +GOAL +NOTES");
        assertThat(lines.get(1)).matches("fan-out +100 watchers +2.2 us +0.2 us +9.5x +>= 8x +PASS +1");
        assertThat(lines.get(2)).matches("fan-out +100 watchers +2.2 us +0.2 us +1.2x +>= 1.5x +FAIL +1 2");
        assertThat(lines.get(3)).matches("fan-out +100 watchers +2.2 us +0.2 us +30x +-");
        assertThat(lines).filteredOn(line -> line.endsWith("puts included")).hasSize(1);
        assertThat(lines.getLast()).isEqualTo("1 goals met, 1 not");
    }

    @Test
    void shouldCountWhatCouldNotBeMeasuredAsMissed() {
        assertThat(row(30, new Goal.AtLeast(8))
                        .failed("12 events a message")
                        .figure()
                        .mark())
                .isEqualTo("FAIL");
        assertThat(row(0, new Goal.AtMost(1)).failed("no events").figure().mark())
                .isEqualTo("FAIL");
        assertThat(Report.text("etcd", List.of(Row.failed("paged", "etcd ended"))))
                .last()
                .isEqualTo("0 goals met, 1 not");
    }

    @Test
    void shouldTakeTheMiddleOfTheSamples() {
        assertThat(Figures.median(List.of(3.0, 1.0, 2.0), it -> it)).isEqualTo(2.0);
        assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 3.0), it -> it)).isEqualTo(2.0);
        assertThatThrownBy(() -> Figures.median(List.<Double>of(), it -> it))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one round");
    }

    @Test
    void shouldWriteFiguresWithoutNoise() {
        assertThat(Figures.number(12_345.6)).isEqualTo("12,346");
        assertThat(Figures.number(41.26)).isEqualTo("41.3");
        assertThat(Figures.number(8)).isEqualTo("8");
        assertThat(Figures.number(0.2)).isEqualTo("0.2");
        assertThat(Figures.number(100)).isEqualTo("100");
        assertThat(Figures.millis(1_500)).isEqualTo("1.5 ms");
    }
}
