package io.clustermesh.model.codec;

import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.Balancing.Algorithm;
import io.clustermesh.model.Balancing.Cap;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.MeshService.Nearness;
import io.clustermesh.model.MeshService.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The fields of a service that say how its connections are divided; what is usual is left out:
 *
 * <pre>{@code
 * "weights":{"east":30,"west":70},"order":["west","east"],"spillover":60,"capacity":{"east":"20%","eu":"10"},
 * "algorithm":"random","sessionAffinity":10800,"internalTraffic":"local","prefer":"zone"
 * }</pre>
 *
 * One object reads one service.
 */
final class BalancingJson {

    private final Map<ClusterName, Integer> weights = new TreeMap<>();
    private List<ClusterName> order = new ArrayList<>();
    private int spillover;
    private final Map<ClusterName, Cap> capacity = new TreeMap<>();
    private Algorithm algorithm = Algorithm.AUTO;
    private int affinitySeconds;
    private boolean localOnly;
    private Nearness nearness = Nearness.ANY;

    static void write(JsonOut out, MeshService.Policy policy) {
        Balancing balancing = policy.balancing();
        if (!balancing.weights().isEmpty()) {
            out.map("weights", byName(balancing.weights()), out::number);
        }
        out.textsIfAny(
                "order", balancing.order().stream().map(ClusterName::value).toList());
        out.numberUnless("spillover", balancing.spilloverPercent(), 0);
        if (!balancing.capacity().isEmpty()) {
            out.map("capacity", byName(balancing.capacity()), (name, cap) -> out.text(name, cap.toString()));
        }
        if (balancing.algorithm() != Algorithm.AUTO) {
            out.text("algorithm", balancing.algorithm().text());
        }
        out.numberUnless("sessionAffinity", policy.traffic().affinitySeconds(), 0);
        if (policy.traffic().localOnly()) {
            out.text("internalTraffic", "local");
        }
        if (policy.traffic().nearness() != Nearness.ANY) {
            out.text("prefer", policy.traffic().nearness().name().toLowerCase(Locale.ROOT));
        }
    }

    /** Reads the field that the parser stands on; an unknown one is passed over. */
    void read(JsonIn in, String field) {
        switch (field) {
            case "weights" -> {
                weights.clear();
                in.fields(name -> weights.put(new ClusterName(name), in.number()));
            }
            case "order" ->
                order = new ArrayList<>(
                        in.texts().stream().map(ClusterName::new).toList());
            case "spillover" -> spillover = in.number();
            case "capacity" -> {
                capacity.clear();
                in.fields(name -> capacity.put(new ClusterName(name), Cap.parse(in.text())));
            }
            case "algorithm" -> algorithm = Algorithm.parse(in.text()).orElse(Algorithm.AUTO);
            case "sessionAffinity" -> affinitySeconds = in.number();
            case "internalTraffic" -> localOnly = in.text().equals("local");
            case "prefer" ->
                nearness = switch (in.text()) {
                    case "zone" -> Nearness.ZONE;
                    case "node" -> Nearness.NODE;
                    default -> Nearness.ANY;
                };
            default -> in.skip();
        }
    }

    MeshService.Policy policy(Affinity affinity, boolean shared) {
        return new MeshService.Policy(
                affinity,
                shared,
                new Balancing(weights, order, spillover, capacity, algorithm),
                new Traffic(affinitySeconds, localOnly, nearness));
    }

    private static <V> Map<String, V> byName(Map<ClusterName, V> map) {
        Map<String, V> named = new TreeMap<>();
        map.forEach((cluster, value) -> named.put(cluster.value(), value));
        return named;
    }
}
