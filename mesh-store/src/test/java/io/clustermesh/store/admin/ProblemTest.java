package io.clustermesh.store.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProblemTest {

    private static final List<Problem> ALL = List.of(
            new Problem.BadRequest("x"),
            new Problem.Forbidden("x"),
            new Problem.NotFound("x"),
            new Problem.MethodNotAllowed("x"),
            new Problem.Expired("x"),
            new Problem.TooLong("x"),
            new Problem.TooMany("x"),
            new Problem.Failed("x"),
            new Problem.NotReady("x"));

    @Test
    void shouldGiveEveryCaseAStatusAndATypeOfItsOwn() {
        assertThat(ALL.stream().<Class<?>>map(Object::getClass))
                .containsExactlyInAnyOrder(Problem.class.getPermittedSubclasses());
        assertThat(ALL.stream().map(Problem::status)).containsExactly(400, 403, 404, 405, 410, 414, 429, 500, 503);
        assertThat(ALL.stream().map(Problem::type))
                .doesNotHaveDuplicates()
                .allMatch(type -> type.matches("urn:[a-z:-]+"));
    }

    @Test
    void shouldFillEveryMemberOfTheDocument() {
        assertThat(ALL)
                .allSatisfy(problem -> assertThat(problem.document("/v1/x").keySet())
                        .containsExactly("type", "title", "status", "detail", "instance"));
        assertThat(new Problem.NotReady("soon").document("/v1/x"))
                .containsEntry("type", "urn:clustermesh:problem:not-ready")
                .containsEntry("status", 503)
                .containsEntry("detail", "soon")
                .containsEntry("instance", "/v1/x");
    }

    @Test
    void shouldTellFaultsOfTheCallerFromOurs() {
        assertThat(Stream.of(
                                new IllegalArgumentException("port is missing"),
                                new ProblemException(new Problem.Expired("start again")),
                                new IllegalStateException("bug"))
                        .map(Problem::of))
                .containsExactly(
                        new Problem.BadRequest("port is missing"),
                        new Problem.Expired("start again"),
                        Problem.of(new IllegalStateException("bug")));
        assertThat(Problem.of(new IllegalStateException("bug")).status()).isEqualTo(500);
    }

    @Test
    void shouldSayWhenToComeAgainOnlyIfThatHelps() {
        assertThat(ALL.stream().filter(problem -> problem.retryAfterSeconds().isPresent()))
                .containsExactly(new Problem.TooMany("x"), new Problem.NotReady("x"));
    }
}
