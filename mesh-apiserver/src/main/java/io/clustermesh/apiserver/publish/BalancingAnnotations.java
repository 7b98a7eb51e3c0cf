package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.Balancing.Algorithm;
import io.clustermesh.model.Balancing.Cap;
import io.clustermesh.model.ClusterName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Our annotations, which say how a global service's connections are divided among clusters:
 *
 * <pre>
 *   clustermesh.io/weights:   "west=70,east=30"       0 to 10000 each, sum 1 to 10000; 0: never
 *   clustermesh.io/order:     "west,east,eu"          instead of affinity
 *   clustermesh.io/spillover: "60%"                   of healthy backends, below which a tier hands on
 *   clustermesh.io/capacity:  "east=20%,eu=10"        share of connections, or number of backends, at most
 *   clustermesh.io/algorithm: "maglev" or "random"
 * </pre>
 *
 * <p>One that breaks a rule is not used at all, with a warning that says which; the others are. A cluster that the mesh
 * does not know is worth a warning and is kept, since it may come. One object reads one Service.
 */
final class BalancingAnnotations {

    static final String PREFIX = "clustermesh.io/";
    private static final String WEIGHTS = PREFIX + "weights";
    private static final String ORDER = PREFIX + "order";
    private static final String SPILLOVER = PREFIX + "spillover";
    private static final String CAPACITY = PREFIX + "capacity";
    private static final String ALGORITHM = PREFIX + "algorithm";

    /** As many clusters as a mesh can have. */
    private static final int MAX_CLUSTERS = 511;

    private final String subject;
    private final Map<String, String> annotations;
    private final List<Warning> warnings;
    private final Set<ClusterName> named = new TreeSet<>();

    private BalancingAnnotations(String subject, Map<String, String> annotations, List<Warning> warnings) {
        this.subject = subject;
        this.annotations = annotations;
        this.warnings = warnings;
    }

    /**
     * What {@code annotations} ask for; what is odd about them is added to {@code warnings}.
     *
     * @param known the clusters of the mesh; empty while they are not known
     */
    static Balancing read(
            String subject, Map<String, String> annotations, Set<ClusterName> known, List<Warning> warnings) {
        if (annotations.keySet().stream().noneMatch(key -> key.startsWith(PREFIX))) {
            return Balancing.DEFAULT;
        }
        BalancingAnnotations reader = new BalancingAnnotations(subject, annotations, warnings);
        Balancing balancing = reader.read();
        reader.named.removeAll(known);
        if (!known.isEmpty() && !reader.named.isEmpty()) {
            warnings.add(new Warning(
                    subject,
                    "UnknownCluster",
                    "its annotations name %s, but the mesh knows %s; correct the name, or connect the cluster"
                            .formatted(reader.named, new TreeSet<>(known))));
        }
        return balancing;
    }

    private Balancing read() {
        Map<ClusterName, Integer> weights = parsed(
                        WEIGHTS,
                        "BadWeights",
                        "write cluster=weight pairs with a sum of 1 to %d, such as \"west=70,east=30\""
                                .formatted(Balancing.MAX_WEIGHT_SUM),
                        text -> new Balancing(
                                        pairs(text, BalancingAnnotations::number),
                                        List.of(),
                                        0,
                                        Map.of(),
                                        Algorithm.AUTO)
                                .weights())
                .orElse(Map.of());
        List<ClusterName> order = parsed(
                        ORDER,
                        "BadOrder",
                        "write names of clusters, each once, such as \"west,east\"",
                        text -> new Balancing(Map.of(), names(text), 0, Map.of(), Algorithm.AUTO).order())
                .orElse(List.of());
        int spillover = parsed(
                        SPILLOVER,
                        "BadSpillover",
                        "write a share of 0% to 100%, such as \"60%\"",
                        text -> new Balancing(Map.of(), List.of(), percent(text), Map.of(), Algorithm.AUTO)
                                .spilloverPercent())
                .orElse(0);
        Map<ClusterName, Cap> capacity = parsed(
                        CAPACITY,
                        "BadCapacity",
                        "write a share or a number of backends for each cluster, such as \"east=20%,eu=10\"",
                        text -> pairs(text, Cap::parse))
                .orElse(Map.of());
        Algorithm algorithm = parsed(
                        ALGORITHM,
                        "UnknownAlgorithm",
                        "write \"auto\", \"maglev\" or \"random\"",
                        text -> Algorithm.parse(text)
                                .orElseThrow(() -> new IllegalArgumentException("there is no such algorithm")))
                .orElse(Algorithm.AUTO);
        named.addAll(weights.keySet());
        named.addAll(order);
        named.addAll(capacity.keySet());
        return new Balancing(weights, order, spillover, capacity, algorithm);
    }

    private <T> Optional<T> parsed(String annotation, String reason, String remedy, Function<String, T> parser) {
        String text = annotations.get(annotation);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException e) {
            String shown = text.length() > 100 ? text.substring(0, 100) + "..." : text;
            warnings.add(new Warning(
                    subject,
                    reason,
                    "annotation %s is \"%s\" and is not used: %s; %s"
                            .formatted(annotation, shown, e.getMessage(), remedy)));
            return Optional.empty();
        }
    }

    private static List<ClusterName> names(String text) {
        List<ClusterName> names = new ArrayList<>();
        for (String name : parts(text)) {
            names.add(new ClusterName(name));
        }
        return names;
    }

    private static <T> Map<ClusterName, T> pairs(String text, Function<String, T> value) {
        Map<ClusterName, T> pairs = new LinkedHashMap<>();
        for (String part : parts(text)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("\"%s\" has no \"=\"".formatted(part));
            }
            ClusterName cluster = new ClusterName(part.substring(0, equals).trim());
            T number = value.apply(part.substring(equals + 1).trim());
            if (pairs.put(cluster, number) != null) {
                throw new IllegalArgumentException("cluster %s stands there twice".formatted(cluster));
            }
        }
        return pairs;
    }

    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        for (String part : text.split(",", MAX_CLUSTERS + 2)) {
            if (!part.isBlank()) {
                parts.add(part.trim());
            }
        }
        if (parts.isEmpty() || parts.size() > MAX_CLUSTERS) {
            throw new IllegalArgumentException(
                    "it names %d clusters, 1 to %d may be".formatted(parts.size(), MAX_CLUSTERS));
        }
        return parts;
    }

    private static int percent(String text) {
        String trimmed = text.trim();
        return number(trimmed.endsWith("%") ? trimmed.substring(0, trimmed.length() - 1) : trimmed);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"%s\" is no whole number".formatted(text), e);
        }
    }
}
