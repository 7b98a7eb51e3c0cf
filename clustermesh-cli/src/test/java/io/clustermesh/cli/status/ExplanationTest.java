package io.clustermesh.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.status.Explanation.Answers;
import io.clustermesh.cli.status.Explanation.Step;
import io.clustermesh.cli.status.Explanation.Way;
import io.clustermesh.store.admin.AdminJson;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Clusters west (with node west-n1) and east, each with a backend or two. */
class ExplanationTest {

    private static final String E1 = "10.2.1.1:8080/TCP";
    private static final String E2 = "10.2.1.2:8080/TCP";

    private static JsonNode json(String text) {
        try {
            return AdminJson.mapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String targets(String... addresses) {
        return String.join(
                ",",
                java.util.Arrays.stream(addresses)
                        .map(it -> "{'address':'%s','active':%s}".formatted(it.replace("!", ""), !it.startsWith("!")))
                        .toList());
    }

    private static String copy(String hop, String cluster, String... addresses) {
        return "{'hop':'%s','cluster':'%s','key':'k','revision':7,'at':'2026-01-01T00:00:00Z','readable':true,'backends':[%s]}"
                .formatted(hop, cluster, targets(addresses));
    }

    private static JsonNode copies(String... copies) {
        return json("{'copies':[%s]}".formatted(String.join(",", copies)));
    }

    private static JsonNode node(String wanted, String tables) {
        return json("{'changed':'2026-01-01T00:00:01Z','wanted':[%s],'tables':[%s]}".formatted(wanted, tables));
    }

    private static String wanted(String... addresses) {
        return "{'frontend':'10.101.0.9:80/TCP','cluster':'east','backends':[%s]}".formatted(targets(addresses));
    }

    private static String tables(boolean down, String state, String... addresses) {
        String backends = String.join(
                ",",
                java.util.Arrays.stream(addresses)
                        .map(it -> "{'address':{'text':'%s','protocol':'TCP'},'state':'%s'}"
                                .formatted(it.replace("/TCP", ""), state))
                        .toList());
        return "{'address':{'text':'10.101.0.9:80','protocol':'TCP'},'slots':[{'cluster':{'id':2,'name':'east','down':%s},'backends':[%s]}]}"
                .formatted(down, backends);
    }

    private static Explanation explain(JsonNode west, JsonNode east, JsonNode node) {
        return Explanation.of(
                List.of(new Answers("west", west, Map.of("west-n1", node)), new Answers("east", east, Map.of())));
    }

    private static List<Step> stepsOfEast(Explanation explanation) {
        return explanation.ways().stream()
                .filter(way -> way.cluster().equals("east"))
                .map(Way::steps)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldShowEveryHopFromThePeersRecordToTheTables() {
        Explanation explanation = explain(
                copies(copy("MIRROR", "east", E1, E2)),
                copies(copy("OWN", "east", E1, E2), copy("EXPORT", "east", E1, E2)),
                node(wanted(E1, E2), tables(false, "ACTIVE", E1, E2)));

        List<Step> steps = stepsOfEast(explanation);
        assertThat(steps)
                .extracting(Step::hop)
                .containsExactly("own record", "export", "mirror", "inventory", "tables");
        assertThat(steps)
                .extracting(Step::where)
                .containsExactly(
                        "etcd of east", "etcd of east", "etcd of west", "west-n1", "west-n1 10.101.0.9:80/TCP");
        assertThat(steps).allSatisfy(it -> assertThat(it.backends()).containsOnlyKeys(E1, E2));
        assertThat(explanation.differences()).isZero();
    }

    @Test
    void shouldNameTheHopWhereABackendIsLostOrGained() {
        Explanation explanation = explain(
                copies(copy("MIRROR", "east", E1)),
                copies(copy("OWN", "east", E1, E2), copy("EXPORT", "east", E1, E2)),
                node(wanted(E1), tables(false, "ACTIVE", E1, "10.66.6.6:1/TCP")));

        assertThat(stepsOfEast(explanation))
                .extracting(Step::difference)
                .containsExactly("", "", "- " + E2, "", "+ 10.66.6.6:1/TCP");
        assertThat(explanation.differences()).isEqualTo(2);
    }

    @Test
    void shouldForgiveAHopThatLeavesOutWhatTakesNoNewConnections() {
        Explanation explanation = explain(
                copies(copy("MIRROR", "east", E1)),
                copies(copy("OWN", "east", E1, "!" + E2), copy("EXPORT", "east", E1)),
                node(wanted(E1), tables(false, "ACTIVE", E1)));

        assertThat(explanation.differences()).isZero();
    }

    @Test
    void shouldSayThatTheKernelHoldsABackendBackOrTheClusterDown() {
        Explanation explanation = explain(
                copies(copy("MIRROR", "east", E1)),
                copies(copy("OWN", "east", E1), copy("EXPORT", "east", E1)),
                node(wanted(E1), tables(true, "QUARANTINED", E1)));

        assertThat(stepsOfEast(explanation).getLast().difference())
                .isEqualTo("off " + E1 + "; cluster east is marked down");
    }

    @Test
    void shouldSayThatAMirrorOrAFrontendIsMissing() {
        Explanation explanation = explain(
                copies(copy("OWN", "west", "10.1.1.1:8080/TCP")),
                copies(copy("OWN", "east", E1), copy("EXPORT", "east", E1)),
                node(wanted(E1), ""));

        assertThat(stepsOfEast(explanation))
                .extracting(Step::difference)
                .containsExactly("", "", "there is none", "+ " + E1, "the frontend is not in the tables");
    }

    @Test
    void shouldShowTheWayFromWhereItCanBeSeen() {
        Explanation explanation = explain(
                copies(copy("MIRROR_SLICE", "east", E1), copy("MIRROR_SLICE", "east", E2)),
                AdminView.missing(),
                node(wanted(E1, E2), tables(false, "ACTIVE", E1, E2)));

        assertThat(stepsOfEast(explanation)).extracting(Step::hop).containsExactly("mirror", "inventory", "tables");
        assertThat(explanation.differences()).isZero();
    }

    @Test
    void shouldHaveAJsonForm() throws JsonProcessingException {
        Explanation explanation = explain(
                copies(copy("MIRROR", "east", E1)),
                copies(copy("OWN", "east", E1), copy("EXPORT", "east", E1)),
                node(wanted(E1), tables(false, "ACTIVE", E1)));

        JsonNode json = AdminJson.mapper().readTree(AdminJson.mapper().writeValueAsString(explanation.ways()));

        assertThat(json.at("/0/steps/0/revision").asInt()).isEqualTo(7);
        assertThat(json.at("/0/steps/3/revision").isNull()).isTrue();
        assertThat(json.at("/0/steps/0/backends").has(E1)).isTrue();
    }

    @Test
    void shouldExplainWhyANodeServesNothing() {
        Explanation explanation = explain(
                copies(copy("MIRROR", "east", E1)),
                copies(copy("OWN", "east", E1), copy("EXPORT", "east", E1)),
                node("", ""));

        assertThat(stepsOfEast(explanation).getLast().difference())
                .isEqualTo("nothing is served: cluster west has no such service with an address itself");
    }
}
