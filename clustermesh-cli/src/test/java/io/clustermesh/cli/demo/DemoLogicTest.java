package io.clustermesh.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DemoLogicTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Timeline TIMELINE = new Timeline(START, Map.of("west", 'W', "east", 'E'));

    private static Request answered(String client, long startMillis, long tookMillis, String by) {
        return new Request(client, at(startMillis), Duration.ofMillis(tookMillis), new Request.Answered(by));
    }

    private static Request failed(String client, long startMillis, long tookMillis) {
        return new Request(client, at(startMillis), Duration.ofMillis(tookMillis), new Request.Failed("reset"));
    }

    private static Instant at(long millis) {
        return START.plusMillis(millis);
    }

    private static Phase westGone(Optional<Instant> killedAt) {
        return new Phase(
                "2 west's pods deleted",
                at(1000),
                at(5000),
                Map.of("west", "east", "east", "east"),
                new Phase.Change(Optional.of("west"), killedAt));
    }

    @Test
    void shouldReadBackTheLinesOfAClient() {
        for (Request request : List.of(answered("west", 1234, 5, "east"), failed("west", 7, 2000))) {
            assertThat(Request.parse("west", request.line())).contains(request);
        }
        assertThat(Request.parse("west", "Picked up JAVA_TOOL_OPTIONS")).isEmpty();
    }

    @Test
    void shouldDrawACellForEachTenthOfASecond() {
        List<Request> requests = List.of(
                answered("west", 0, 5, "west"),
                answered("west", 110, 5, "west"),
                answered("west", 150, 5, "east"),
                answered("west", 210, 5, "east"),
                failed("west", 305, 10),
                answered("west", 350, 10, "east"),
                answered("east", 0, 5, "east"));

        assertThat(TIMELINE.row(requests, "west", 0, 5)).isEqualTo("W+Ex.");
        assertThat(TIMELINE.row(requests, "west", 2, 2)).isEqualTo("Ex");
        assertThat(TIMELINE.row(requests, "east", 0, 2)).isEqualTo("E.");
    }

    @Test
    void shouldShowAnAnswerWhenItCame() {
        assertThat(TIMELINE.row(List.of(answered("west", 90, 20, "west")), "west", 0, 2))
                .isEqualTo(".W");
    }

    @Test
    void shouldFindALetterForEveryCluster() {
        assertThat(Timeline.letters(List.of("west", "east")))
                .containsEntry("west", 'W')
                .containsEntry("east", 'E');
        assertThat(Timeline.letters(List.of("west", "west2", "we", "1").subList(0, 3))
                        .values())
                .doesNotHaveDuplicates();
        assertThat(Timeline.letters(List.of("x", "12")).values())
                .doesNotContain(Timeline.FAILED)
                .hasSize(2);
    }

    @Test
    void shouldMeasureFromTheChangeToTheFirstAnswerOfTheOtherCluster() {
        PhaseReport report = PhaseReport.of(
                westGone(Optional.empty()),
                "west",
                List.of(
                        answered("west", 900, 5, "west"),
                        answered("west", 1010, 5, "west"),
                        answered("west", 1070, 10, "east"),
                        answered("west", 1090, 2, "east")));

        assertThat(report.switched()).contains(Duration.ofMillis(80));
        assertThat(report.counts().requests()).isEqualTo(3);
        assertThat(report.counts().answers()).isEqualTo(Map.of("west", 1, "east", 2));
        assertThat(report.counts().strays()).isZero();
    }

    @Test
    void shouldExcuseOnlyRequestsThatWereUnderWayToAKilledPod() {
        PhaseReport report = PhaseReport.of(
                westGone(Optional.of(at(1300))),
                "west",
                List.of(failed("west", 1290, 20), failed("west", 1310, 20), failed("west", 1200, 50)));

        assertThat(report.counts().failed()).isEqualTo(3);
        assertThat(report.counts().inFlight()).isEqualTo(1);
        assertThat(report.lost()).isEqualTo(2);
    }

    @Test
    void shouldCountLateAnswersOfTheWrongClusterAsStrays() {
        PhaseReport report = PhaseReport.of(
                westGone(Optional.empty()),
                "west",
                List.of(answered("west", 1500, 5, "west"), answered("west", 2500, 5, "west")));

        assertThat(report.counts().strays()).isEqualTo(1);
        assertThat(report.switched()).isEmpty();
    }

    @Test
    void shouldLeaveOutWhoIsNotConcerned() {
        PhaseReport report =
                PhaseReport.of(westGone(Optional.empty()), "east", List.of(answered("east", 1500, 5, "east")));

        assertThat(report.mustSwitch()).isFalse();
        assertThat(report.switched()).isEmpty();
    }

    private static Verdict verdict(List<Request> requests, long nodeSyncMegabytes) {
        Phase phase = westGone(Optional.of(at(1300)));
        List<PhaseReport> reports =
                List.of(PhaseReport.of(phase, "west", requests), PhaseReport.of(phase, "east", requests));
        return Verdict.of(reports, Map.of("node-sync", nodeSyncMegabytes, "mesh-apiserver", 100L));
    }

    private static List<Request> good() {
        return new ArrayList<>(List.of(
                answered("west", 1010, 5, "west"),
                answered("west", 1100, 5, "east"),
                answered("east", 1100, 5, "east")));
    }

    @Test
    void shouldPassWhatKeepsEveryPromise() {
        assertThat(verdict(good(), 100).good()).isTrue();
    }

    @Test
    void shouldFailOnALostRequest() {
        List<Request> requests = good();
        requests.add(failed("west", 1400, 5));

        assertThat(verdict(requests, 100).checks())
                .filteredOn(check -> !check.good())
                .singleElement()
                .extracting(Verdict.Check::text)
                .asString()
                .contains("1 of 4 failed, 0 were in flight");
    }

    @Test
    void shouldFailIfTheOtherClusterIsLateOrSilent() {
        List<Request> late = List.of(answered("west", 2001, 5, "east"), answered("east", 1100, 5, "east"));
        List<Request> never = List.of(answered("west", 1100, 5, "west"), answered("east", 1100, 5, "east"));

        assertThat(verdict(late, 100).good()).isFalse();
        assertThat(verdict(never, 100).good()).isFalse();
    }

    @Test
    void shouldFailOnMemoryAndOnNothingSeen() {
        assertThat(verdict(good(), 151).good()).isFalse();
        assertThat(verdict(good(), 0).good()).isFalse();
        assertThat(verdict(List.of(), 100).good()).isFalse();
    }

    @Test
    void shouldFindTheFirstMarkOfAChange() {
        List<Hops.Entry> entries = Hops.parse("""
                [{"hop":"SOURCE","subject":"shop/echo","cluster":"west","at":"2026-01-01T00:00:00.500Z"},
                 {"hop":"SOURCE","subject":"shop/echo","cluster":"west","at":"2026-01-01T00:00:01.025Z"},
                 {"hop":"SOURCE","subject":"shop/echo","cluster":"west","at":"2026-01-01T00:00:01.325Z"},
                 {"hop":"APPLIED","subject":"shop/echo","cluster":"east","at":"2026-01-01T00:00:01.100Z"}]
                """);

        assertThat(Hops.first(entries, "SOURCE", "shop/echo", "west", at(1000))).contains(Duration.ofMillis(25));
        assertThat(Hops.first(entries, "APPLIED", "shop/echo", "west", at(1000)))
                .isEmpty();
        assertThat(Hops.parse("nonsense")).isEmpty();
    }
}
