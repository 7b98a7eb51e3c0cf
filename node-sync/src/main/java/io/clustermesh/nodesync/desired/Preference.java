package io.clustermesh.nodesync.desired;

import io.clustermesh.model.MeshService.Nearness;
import io.clustermesh.nodesync.desired.Surroundings.Here;
import java.util.Collection;
import java.util.function.Predicate;

/**
 * Which backends are near enough for a client on this node, by topology hints and {@code trafficDistribution}, as
 * kube-proxy decides it. All are, if the node's zone is not known or nobody near is active. Hints count only if every
 * active backend of the own cluster has some. Pure.
 */
final class Preference {

    private Preference() {}

    /**
     * Who is near.
     *
     * @param own the own cluster's backends
     * @param all those of every cluster, the own ones among them
     */
    static Predicate<Option> near(Nearness nearness, Here here, Collection<Option> own, Collection<Option> all) {
        if (nearness == Nearness.NODE && !here.node().isEmpty()) {
            // names of nodes are not unique in a mesh, so no peer's backend is on this one
            Predicate<Option> onNode = option -> option.place().node().equals(here.node()) && own.contains(option);
            if (own.stream().filter(Option::active).anyMatch(onNode)) {
                return onNode;
            }
        }
        boolean hinted = own.stream().anyMatch(Option::active)
                && own.stream()
                        .filter(Option::active)
                        .noneMatch(option -> option.place().forZones().isEmpty());
        if (here.zone().isEmpty() || !hinted && nearness == Nearness.ANY) {
            return option -> true;
        }
        Predicate<Option> inZone =
                option -> hinted && !option.place().forZones().isEmpty()
                        ? option.place().forZones().contains(here.zone())
                        : option.place().zone().equals(here.zone());
        return all.stream().filter(Option::active).anyMatch(inZone) ? inZone : option -> true;
    }
}
