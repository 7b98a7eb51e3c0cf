package io.clustermesh.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

/**
 * An operator takes traffic off a cluster or a node, or lets it come back, little by little. Kept at {@code
 * clustermesh/state/drains/v1/<cluster>/...}; mesh-apiserver moves {@code keepPercent} along the course, agents obey it.
 *
 * @param target what is drained
 * @param course how its share moves
 * @param keepPercent what it keeps of its share right now, 100 to 0
 */
public record Drain(Target target, Course course, int keepPercent) {

    /**
     * @param cluster the cluster
     * @param node one of its nodes; empty for the whole cluster
     */
    public record Target(ClusterName cluster, String node) implements Comparable<Target> {

        /** @throws IllegalArgumentException for a node's name that would forge another key */
        public Target {
            if (node.indexOf('/') >= 0 || node.length() > 253) {
                throw new IllegalArgumentException("\"%s\" is no name of a node".formatted(node));
            }
        }

        /** A whole cluster. */
        public static Target of(ClusterName cluster) {
            return new Target(cluster, "");
        }

        /** Whether it is a whole cluster. */
        public boolean wholeCluster() {
            return node.isEmpty();
        }

        @Override
        public int compareTo(Target other) {
            return Comparator.comparing(Target::cluster)
                    .thenComparing(Target::node)
                    .compare(this, other);
        }

        @Override
        public String toString() {
            return wholeCluster() ? "cluster " + cluster : "node " + node + " of cluster " + cluster;
        }
    }

    /**
     * @param fromPercent what it kept at the start
     * @param toPercent what it keeps at the end
     * @param since when it started
     * @param ramp how long it takes
     */
    public record Course(int fromPercent, int toPercent, Instant since, Duration ramp) {

        /** The longest ramp. */
        public static final Duration LONGEST = Duration.ofHours(24);

        /** @throws IllegalArgumentException for a percentage outside 0..100 or a ramp outside 0..24 h */
        public Course {
            requirePercent(fromPercent);
            requirePercent(toPercent);
            if (ramp.isNegative() || ramp.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("a ramp of %s is outside 0s..24h".formatted(ramp));
            }
        }

        /** What it keeps at {@code now}, in percent; a clock that goes back stays at the start. */
        public int at(Instant now) {
            long gone = Math.max(0, Duration.between(since, now).toMillis());
            long whole = ramp.toMillis();
            return gone >= whole ? toPercent : (int) (fromPercent + (toPercent - fromPercent) * gone / whole);
        }
    }

    /** @throws IllegalArgumentException for a percentage outside 0..100 */
    public Drain {
        requirePercent(keepPercent);
    }

    /** The same, with another share kept. */
    public Drain keeping(int percent) {
        return new Drain(target, course, percent);
    }

    private static void requirePercent(int percent) {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("%d%% is outside 0%%..100%%".formatted(percent));
        }
    }
}
