package io.clustermesh.apiserver.drain;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.store.admin.Problem;
import io.clustermesh.store.admin.ProblemException;
import io.clustermesh.store.admin.Route;
import io.clustermesh.store.kv.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The routes that show and change what is drained. */
public final class DrainRoutes {

    private static final String LIST = "/v1/drains";
    private static final String ONE = "/v1/drains/{cluster}";
    private static final String NODE = "node";
    private static final String RAMP = "rampSeconds";

    private DrainRoutes() {}

    /** @param items one for each target */
    private record Listing(List<Item> items) {}

    /**
     * A drain.
     *
     * @param cluster the cluster
     * @param node one of its nodes, empty for all of it
     * @param keepPercent what is left of its share
     * @param toPercent where it goes: 0, or 100 on its way back
     * @param since when that began
     * @param rampSeconds how long it takes
     */
    private record Item(
            ClusterName cluster, String node, int keepPercent, int toPercent, Instant since, long rampSeconds) {

        static Item of(Drain drain) {
            return new Item(
                    drain.target().cluster(),
                    drain.target().node(),
                    drain.keepPercent(),
                    drain.course().toPercent(),
                    drain.course().since(),
                    drain.course().ramp().toSeconds());
        }
    }

    /** All of them. */
    public static List<Route> all(Drains drains) {
        return List.of(
                Route.of(
                        LIST,
                        Set.of(),
                        parameters ->
                                new Listing(drains.all().stream().map(Item::of).toList())),
                Route.of("PUT", ONE, Set.of(NODE, RAMP), parameters -> change(drains, parameters, true)),
                Route.of("DELETE", ONE, Set.of(NODE, RAMP), parameters -> change(drains, parameters, false)));
    }

    private static Item change(Drains drains, Map<String, String> parameters, boolean begin) {
        Drain.Target target = new Drain.Target(
                new ClusterName(parameters.getOrDefault("cluster", "")), parameters.getOrDefault(NODE, ""));
        Duration ramp = ramp(parameters.getOrDefault(RAMP, "0"));
        try {
            return switch (begin ? drains.begin(target, ramp) : drains.end(target, ramp)) {
                case Drains.Outcome.Going(Drain drain) -> Item.of(drain);
                case Drains.Outcome.Ended(Drain.Target ended) ->
                    new Item(ended.cluster(), ended.node(), 100, 100, Instant.EPOCH, 0);
                case Drains.Outcome.Unknown(String reason) -> throw new ProblemException(new Problem.NotFound(reason));
            };
        } catch (StoreException e) {
            throw new ProblemException(
                    new Problem.NotReady("etcd did not take it: %s; try again".formatted(e.getMessage())));
        }
    }

    private static Duration ramp(String text) {
        long longest = Drain.Course.LONGEST.toSeconds();
        if (!text.matches("\\d{1,6}") || Long.parseLong(text) > longest) {
            throw new IllegalArgumentException(
                    "%s is \"%s\"; write whole seconds from 0 to %d".formatted(RAMP, text, longest));
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }
}
