package io.clustermesh.cli.rig.plan;

import io.clustermesh.model.ClusterName;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What rig is wanted. Everything in it has been checked.
 *
 * @param name part of every namespace's name, so short and without dashes
 * @param clusters in the order of their ids, which count from 1
 * @param size how much of everything a cluster has
 * @param dataPlane the kernel, or memory
 * @param grace how long a pod that is told to go may finish its work
 */
public record RigOptions(String name, List<ClusterName> clusters, Size size, DataPlane dataPlane, Duration grace) {

    /**
     * @param nodes 1 to 100
     * @param replicas mesh-apiservers behind the cluster's one address, 1 to 9
     */
    public record Size(int nodes, int replicas) {

        /** @throws IllegalArgumentException naming the rule that is broken */
        public Size {
            if (nodes < 1 || nodes > MAX_NODES) {
                throw new IllegalArgumentException(
                        "a rig's cluster has 1 to %d nodes, not %d".formatted(MAX_NODES, nodes));
            }
            if (replicas < 1 || replicas > MAX_REPLICAS) {
                throw new IllegalArgumentException(
                        "a rig's cluster has 1 to %d mesh-apiservers, not %d".formatted(MAX_REPLICAS, replicas));
            }
        }
    }

    /** The rig's name unless another is asked for. */
    public static final String DEFAULT_NAME = "rig";

    /** 10.100+id.0.0/16 is the service CIDR of a cluster. */
    public static final int MAX_CLUSTERS = 99;

    /** A grace period in which a change reaches every node of a healthy mesh, several times over. */
    public static final Duration DEFAULT_GRACE = Duration.ofMillis(300);

    private static final int MAX_NODES = 100;
    private static final int MAX_REPLICAS = 9;
    private static final Pattern NAME = Pattern.compile("[a-z0-9]{1,12}");
    private static final Pattern LIKE_A_NODE = Pattern.compile("(.*-)?n[0-9]+(-.*)?|router");

    /** @throws IllegalArgumentException naming the first rule that is broken and the remedy */
    public RigOptions {
        clusters = List.copyOf(clusters);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "rig name \"%s\" breaks the rule: 1 to 12 lower-case letters and digits".formatted(name));
        }
        if (clusters.isEmpty() || clusters.size() > MAX_CLUSTERS) {
            throw new IllegalArgumentException(
                    "a rig has 1 to %d clusters, not %d".formatted(MAX_CLUSTERS, clusters.size()));
        }
        Set<ClusterName> seen = new HashSet<>();
        for (ClusterName cluster : clusters) {
            if (!seen.add(cluster)) {
                throw new IllegalArgumentException(
                        "cluster \"%s\" is named twice; names are unique in a mesh".formatted(cluster));
            }
            if (LIKE_A_NODE.matcher(cluster.value()).matches()) {
                throw new IllegalArgumentException(
                        "cluster name \"%s\" looks like one of the rig's own names (n1, west-n1, router); choose another"
                                .formatted(cluster));
            }
        }
        if (grace.isNegative() || grace.compareTo(Duration.ofMinutes(5)) > 0) {
            throw new IllegalArgumentException("the grace period is 0 to 300000 ms, not " + grace.toMillis());
        }
    }

    /** With one mesh-apiserver in each cluster. */
    public RigOptions(String name, List<ClusterName> clusters, int nodes, DataPlane dataPlane, Duration grace) {
        this(name, clusters, new Size(nodes, 1), dataPlane, grace);
    }

    /** Names of the mesh-apiservers of each cluster; one alone needs no number. */
    public List<String> apiservers() {
        return size.replicas() == 1
                ? List.of("mesh-apiserver")
                : java.util.stream.IntStream.range(0, size.replicas())
                        .mapToObj(i -> "mesh-apiserver-" + i)
                        .toList();
    }

    /** Clusters from {@code a,b,c}. */
    public static List<ClusterName> clusters(String commaSeparated) {
        return java.util.Arrays.stream(commaSeparated.split(",", -1))
                .map(String::strip)
                .map(ClusterName::new)
                .toList();
    }
}
