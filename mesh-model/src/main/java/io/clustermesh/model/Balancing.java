package io.clustermesh.model;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a global service's connections are divided among clusters, as its own cluster's annotations under {@code
 * clustermesh.io/} ask. What nobody asked for is empty.
 *
 * @param weights share of each named cluster within its tier, 0 for none at all; a cluster that is not named is a last
 *     resort; empty: by number of backends
 * @param order clusters in order of preference, instead of affinity; those not named come last, together
 * @param spilloverPercent share of healthy backends (0 to 100) below which a tier hands a part of its connections on; 0:
 *     only when nobody is left
 * @param capacity what a cluster takes at most
 * @param algorithm how a cluster's backends are spread over its table
 */
public record Balancing(
        Map<ClusterName, Integer> weights,
        List<ClusterName> order,
        int spilloverPercent,
        Map<ClusterName, Cap> capacity,
        Algorithm algorithm) {

    /** The largest sum of a service's weights: hundredths of a percent. */
    public static final int MAX_WEIGHT_SUM = 10_000;

    /** The weight of a backend of which nobody says anything else, as Cilium's. */
    public static final int BACKEND_WEIGHT = 100;

    /** The largest weight of a backend, as Cilium's. */
    public static final int MAX_BACKEND_WEIGHT = 65_535;

    /** Nobody asked for anything. */
    public static final Balancing DEFAULT = new Balancing(Map.of(), List.of(), 0, Map.of(), Algorithm.AUTO);

    /** How a table is filled. */
    public enum Algorithm {
        /**
         * As it serves the protocol: {@link #RANDOM} for TCP, where each connect draws anew and so has nothing of a
         * consistent table, {@link #MAGLEV} for the others, whose unconnected sockets stay with their place.
         */
        AUTO,
        /** Consistent: few places change hands when a backend comes or goes. */
        MAGLEV,
        /** Exact shares in the smallest table; any place may change hands. */
        RANDOM;

        /** Reads the annotation's value, in any case. */
        public static Optional<Algorithm> parse(String text) {
            return switch (text.trim().toLowerCase(Locale.ROOT)) {
                case "auto" -> Optional.of(AUTO);
                case "maglev" -> Optional.of(MAGLEV);
                case "random" -> Optional.of(RANDOM);
                default -> Optional.empty();
            };
        }

        /** What it means for a frontend of {@code protocol}: never {@link #AUTO}. */
        public Algorithm of(Protocol protocol) {
            if (this != AUTO) {
                return this;
            }
            return protocol == Protocol.TCP ? RANDOM : MAGLEV;
        }

        /** The annotation's spelling. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a cluster takes at most. */
    public sealed interface Cap {

        /** At most so many percent of the service's new connections, while others can take the rest. */
        record Share(int percent) implements Cap {

            /** @throws IllegalArgumentException for a share outside 1..100 */
            public Share {
                if (percent < 1 || percent > 100) {
                    throw new IllegalArgumentException("a share of %d%% is outside 1%%..100%%".formatted(percent));
                }
            }

            @Override
            public String toString() {
                return percent + "%";
            }
        }

        /** At most so many of its backends, the same ones on every node. */
        record Backends(int count) implements Cap {

            /** @throws IllegalArgumentException for fewer than one */
            public Backends {
                if (count < 1) {
                    throw new IllegalArgumentException("%d backends are less than 1".formatted(count));
                }
            }

            @Override
            public String toString() {
                return Integer.toString(count);
            }
        }

        /**
         * Reads {@code 20%} or {@code 10}.
         *
         * @throws IllegalArgumentException for anything else
         */
        static Cap parse(String text) {
            String trimmed = text.trim();
            boolean share = trimmed.endsWith("%");
            String digits = share ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
            int number;
            try {
                number = Integer.parseInt(digits);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "\"%s\" is neither a share such as 20%% nor a number of backends such as 10".formatted(text),
                        e);
            }
            return share ? new Share(number) : new Backends(number);
        }
    }

    /** @throws IllegalArgumentException for what no service can ask for, naming the rule */
    public Balancing {
        weights = Collections.unmodifiableMap(new TreeMap<>(weights));
        order = List.copyOf(order);
        capacity = Collections.unmodifiableMap(new TreeMap<>(capacity));
        long sum = 0;
        for (Map.Entry<ClusterName, Integer> weight : weights.entrySet()) {
            if (weight.getValue() < 0) {
                throw new IllegalArgumentException(
                        "weight %d of cluster %s is negative".formatted(weight.getValue(), weight.getKey()));
            }
            sum += weight.getValue();
        }
        if (!weights.isEmpty() && sum == 0) {
            throw new IllegalArgumentException("all weights are 0, nobody would be left");
        }
        if (sum > MAX_WEIGHT_SUM) {
            throw new IllegalArgumentException(
                    "the weights' sum %d is above the limit of %d".formatted(sum, MAX_WEIGHT_SUM));
        }
        if (new HashSet<>(order).size() < order.size()) {
            throw new IllegalArgumentException("order %s names a cluster twice".formatted(order));
        }
        if (spilloverPercent < 0 || spilloverPercent > 100) {
            throw new IllegalArgumentException(
                    "a spillover threshold of %d%% is outside 0%%..100%%".formatted(spilloverPercent));
        }
    }
}
