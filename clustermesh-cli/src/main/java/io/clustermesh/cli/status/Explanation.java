package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A service on its way from the cluster that has its backends to the tables of a node, hop by hop, and where two hops differ.
 * Pure.
 *
 * <pre>
 *   own record ─► export ─► mirrored copy ─► the node's inventory ─► its tables, frontend by frontend
 *   (C's etcd)   (C's etcd)  (the node's etcd)
 * </pre>
 *
 * @param ways one for each node and each cluster with backends
 */
record Explanation(List<Way> ways) {

    /**
     * The answers of a cluster.
     *
     * @param cluster its name
     * @param copies of its mesh-apiserver's {@code /v1/explain}; a missing node if it has none
     * @param nodes its nodes' {@code /v1/explain}, by node name
     */
    record Answers(String cluster, JsonNode copies, Map<String, JsonNode> nodes) {}

    /**
     * @param node whose tables it ends in
     * @param cluster whose backends
     * @param steps in the order of the way
     */
    record Way(String node, String cluster, List<Step> steps) {}

    /**
     * @param hop which
     * @param where whose etcd, node or frontend
     * @param revision of the etcd there
     * @param at when it last changed there, if that is remembered
     * @param backends addresses, and whether each takes new connections
     * @param difference to the hop before; empty if there is none
     */
    record Step(
            String hop,
            String where,
            Optional<Long> revision,
            Optional<Instant> at,
            Map<String, Boolean> backends,
            String difference) {}

    Explanation {
        ways = List.copyOf(ways);
    }

    /** Puts the answers of all clusters together. */
    static Explanation of(List<Answers> answers) {
        Map<String, JsonNode> copies = new LinkedHashMap<>();
        answers.forEach(it -> copies.put(it.cluster(), it.copies()));
        List<Way> ways = new ArrayList<>();
        for (Answers viewer : answers) {
            if (viewer.nodes().isEmpty()) {
                ways.addAll(recordsOnly(viewer, copies));
            }
            viewer.nodes().forEach((node, answer) -> {
                Set<String> clusters = new TreeSet<>();
                viewer.copies()
                        .path("copies")
                        .forEach(copy -> clusters.add(copy.path("cluster").asText()));
                answer.path("wanted")
                        .forEach(wanted -> clusters.add(wanted.path("cluster").asText()));
                for (String cluster : clusters) {
                    ways.add(way(node, viewer, answer, cluster, copies));
                }
            });
        }
        return new Explanation(ways);
    }

    /** How many hops differ from the one before. */
    long differences() {
        return ways.stream()
                .flatMap(way -> way.steps().stream())
                .filter(step -> !step.difference().isEmpty())
                .count();
    }

    /** Where no node could be asked, a way ends with the last record of it. */
    private static List<Way> recordsOnly(Answers viewer, Map<String, JsonNode> copies) {
        Set<String> clusters = new TreeSet<>();
        viewer.copies()
                .path("copies")
                .forEach(copy -> clusters.add(copy.path("cluster").asText()));
        return clusters.stream()
                .map(cluster -> new Way("-", cluster, records(viewer, cluster, copies)))
                .toList();
    }

    private static Way way(String node, Answers viewer, JsonNode answer, String cluster, Map<String, JsonNode> copies) {
        List<Step> steps = records(viewer, cluster, copies);
        Map<String, Map<String, Boolean>> wanted = wanted(answer, cluster);
        Map<String, Boolean> all = new TreeMap<>();
        wanted.values().forEach(all::putAll);
        String difference =
                steps.isEmpty() ? "" : difference(ofFamilies(steps.getLast().backends(), wanted.keySet()), all);
        if (wanted.isEmpty() && answer.path("wanted").isEmpty()) {
            difference = "nothing is served: cluster %s has no such service with an address itself"
                    .formatted(viewer.cluster());
        }
        steps.add(new Step(
                "inventory", node, Optional.empty(), AdminView.instant(answer.path("changed")), all, difference));
        wanted.forEach((frontend, backends) -> steps.add(tables(node, answer, cluster, frontend, backends)));
        return new Way(node, cluster, steps);
    }

    /** The hops that are records in etcds, from the cluster with the backends to the one that looks. */
    private static List<Step> records(Answers viewer, String cluster, Map<String, JsonNode> copies) {
        List<Step> steps = new ArrayList<>();
        JsonNode theirs = copies.getOrDefault(cluster, AdminView.missing());
        add(steps, "own record", cluster, copy(theirs, cluster, "OWN"));
        if (!cluster.equals(viewer.cluster())) {
            add(steps, "export", cluster, copy(theirs, cluster, "EXPORT", "EXPORT_SLICE"));
            add(steps, "mirror", viewer.cluster(), copy(viewer.copies(), cluster, "MIRROR", "MIRROR_SLICE"));
        }
        return steps;
    }

    private static void add(List<Step> steps, String hop, String cluster, Optional<Step> found) {
        if (found.isEmpty() && steps.isEmpty()) {
            return; // nobody there could be asked: the way is shown from where it can be seen
        }
        Map<String, Boolean> before =
                steps.isEmpty() ? Map.of() : steps.getLast().backends();
        Step step =
                found.orElseGet(() -> new Step("", "", Optional.empty(), Optional.empty(), Map.of(), "there is none"));
        String difference = step.difference().isEmpty() && !steps.isEmpty()
                ? difference(before, step.backends())
                : step.difference();
        steps.add(new Step(hop, "etcd of " + cluster, step.revision(), step.at(), step.backends(), difference));
    }

    /** The first of {@code hops} that there is; several slices are one step. */
    private static Optional<Step> copy(JsonNode answer, String cluster, String... hops) {
        for (String hop : hops) {
            Map<String, Boolean> backends = new TreeMap<>();
            long revision = 0;
            Optional<Instant> at = Optional.empty();
            boolean found = false;
            boolean readable = true;
            for (JsonNode copy : answer.path("copies")) {
                if (copy.path("hop").asText().equals(hop)
                        && copy.path("cluster").asText().equals(cluster)) {
                    found = true;
                    readable &= copy.path("readable").asBoolean();
                    revision = Math.max(revision, copy.path("revision").asLong());
                    at = AdminView.instant(copy.path("at"));
                    backends.putAll(targets(copy));
                }
            }
            if (found) {
                return Optional.of(
                        new Step(hop, "", Optional.of(revision), at, backends, readable ? "" : "can't be read"));
            }
        }
        return Optional.empty();
    }

    private static Map<String, Boolean> targets(JsonNode parent) {
        Map<String, Boolean> targets = new TreeMap<>();
        parent.path("backends")
                .forEach(it -> targets.put(
                        it.path("address").asText(), it.path("active").asBoolean()));
        return targets;
    }

    private static Map<String, Map<String, Boolean>> wanted(JsonNode answer, String cluster) {
        Map<String, Map<String, Boolean>> byFrontend = new TreeMap<>();
        for (JsonNode wanted : answer.path("wanted")) {
            Map<String, Boolean> backends =
                    byFrontend.computeIfAbsent(wanted.path("frontend").asText(), any -> new TreeMap<>());
            if (wanted.path("cluster").asText().equals(cluster)) {
                backends.putAll(targets(wanted));
            }
        }
        return byFrontend;
    }

    /** Only backends of the families that some frontend has: others have nobody to be reached through. */
    private static Map<String, Boolean> ofFamilies(Map<String, Boolean> backends, Set<String> frontends) {
        Map<String, Boolean> left = new TreeMap<>(backends);
        if (!frontends.isEmpty()) {
            left.keySet()
                    .removeIf(address -> frontends.stream()
                            .noneMatch(frontend -> frontend.startsWith("[") == address.startsWith("[")));
        }
        return left;
    }

    private static Step tables(
            String node, JsonNode answer, String cluster, String frontend, Map<String, Boolean> wanted) {
        Map<String, Boolean> backends = new TreeMap<>();
        boolean present = false;
        boolean down = false;
        for (JsonNode table : answer.path("tables")) {
            JsonNode address = table.path("address");
            String text = address.path("text").asText() + "/"
                    + address.path("protocol").asText();
            if (!text.equals(frontend)) {
                continue;
            }
            present = true;
            for (JsonNode slot : table.path("slots")) {
                if (slot.path("cluster").path("name").asText().equals(cluster)) {
                    down |= slot.path("cluster").path("down").asBoolean();
                    slot.path("backends").forEach(it -> {
                        JsonNode to = it.path("address");
                        backends.put(
                                to.path("text").asText("cleared entry") + "/"
                                        + to.path("protocol").asText("-"),
                                it.path("state").asText().equals("ACTIVE"));
                    });
                }
            }
        }
        String difference = present ? difference(wanted, backends) : "the frontend is not in the tables";
        if (down) {
            difference =
                    (difference.isEmpty() ? "" : difference + "; ") + "cluster %s is marked down".formatted(cluster);
        }
        return new Step("tables", node + " " + frontend, Optional.empty(), Optional.empty(), backends, difference);
    }

    /** Backends that take no new connections may be left out on the way, so they are no difference. */
    private static String difference(Map<String, Boolean> before, Map<String, Boolean> here) {
        List<String> found = new ArrayList<>();
        before.forEach((address, active) -> {
            if (active && !here.containsKey(address)) {
                found.add("- " + address);
            } else if (active && !here.getOrDefault(address, false)) {
                found.add("off " + address);
            }
        });
        here.keySet().stream()
                .filter(address -> !before.containsKey(address))
                .forEach(address -> found.add("+ " + address));
        return String.join(", ", found);
    }
}
