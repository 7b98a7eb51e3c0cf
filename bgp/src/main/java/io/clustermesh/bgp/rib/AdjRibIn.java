package io.clustermesh.bgp.rib;

import io.clustermesh.bgp.rib.ImportPolicy.Refusal;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress.Family;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What one neighbour told us, refused routes included. */
final class AdjRibIn {

    /** A route and whether we use it. */
    record Entry(Route.Learned route, Optional<Refusal> refusal) {}

    private final Map<Cidr, Entry> entries = new HashMap<>();

    void put(Entry entry) {
        entries.put(entry.route().prefix(), entry);
    }

    /** Whether there was one. */
    boolean remove(Cidr prefix) {
        return entries.remove(prefix) != null;
    }

    /** The route, if we may use it. */
    Optional<Route.Learned> usable(Cidr prefix) {
        return Optional.ofNullable(entries.get(prefix))
                .filter(e -> e.refusal().isEmpty())
                .map(Entry::route);
    }

    Set<Cidr> prefixes() {
        return entries.keySet();
    }

    int size() {
        return entries.size();
    }

    int received(Family family) {
        return count(family, false);
    }

    int accepted(Family family) {
        return count(family, true);
    }

    private int count(Family family, boolean usable) {
        return (int) entries.values().stream()
                .filter(e -> e.route().prefix().base().family() == family)
                .filter(e -> !usable || e.refusal().isEmpty())
                .count();
    }
}
