package io.clustermesh.nodesync.desired;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.model.Balancing.Cap;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.nodesync.desired.DesiredSlot.Standing;
import io.clustermesh.nodesync.desired.Option.Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Collects the backends of one frontend, cluster by cluster: match, no cluster IPs, drains, nearness, caps. Used once. */
final class FrontendMerge {

    private record Cluster(ClusterName name, ClusterId id, boolean own) {}

    /** One cluster's backends of this frontend. */
    private record Offer(Cluster cluster, Map<Address, Option> options, int unready) {}

    private final MeshService service;
    private final FrontendKey key;
    private final String portName;
    private final Surroundings around;
    private final boolean localOnly;
    private final Set<Address> seen = new HashSet<>();
    private final Set<IpAddress> refused = new TreeSet<>();

    /** @param portName the service port's name */
    FrontendMerge(MeshService service, FrontendKey key, String portName, Surroundings around) {
        this.service = service;
        this.key = key;
        this.portName = portName;
        this.around = around;
        this.localOnly = service.policy().traffic().localOnly();
    }

    /** Backends that were left out because they are cluster IPs. */
    Set<IpAddress> clusterIpsAmongBackends() {
        return refused;
    }

    /** The frontend, the own cluster's slot first. */
    DesiredFrontend merge(ClusterId ownId, List<PeerService> peers) {
        List<Offer> offers = new ArrayList<>();
        offers.add(ownOffer(ownId));
        if (!localOnly) {
            peers.forEach(peer -> offers.add(offer(peer)));
        }
        Collection<Option> own = new HashSet<>(offers.getFirst().options.values());
        List<Option> all = offers.stream()
                .flatMap(offer -> offer.options.values().stream())
                .toList();
        Predicate<Option> near = Preference.near(service.policy().traffic().nearness(), around.here(), own, all);
        List<DesiredSlot> slots = new ArrayList<>();
        for (Offer offer : offers) {
            if (!offer.options.isEmpty()) {
                slots.add(slot(offer, near));
            }
        }
        return new DesiredFrontend(
                key,
                service.policy().affinity(),
                service.policy().balancing(),
                service.policy().traffic().affinitySeconds(),
                slots);
    }

    private DesiredSlot slot(Offer offer, Predicate<Option> near) {
        List<Option> all = List.copyOf(offer.options.values());
        List<Option> nearOnes = all.stream().filter(near).toList();
        boolean anyNear = nearOnes.stream().anyMatch(Option::active);
        List<Option> chosen = anyNear ? nearOnes : all;
        // nobody says where missing endpoints would be
        int unready = chosen.size() < all.size() ? 0 : offer.unready;
        int active = (int) chosen.stream().filter(Option::active).count();
        if (service.policy().balancing().capacity().get(offer.cluster.name) instanceof Cap.Backends(int most)) {
            chosen = capped(chosen, most);
            unready = Math.min(most, active + unready) - Math.min(most, active);
        }
        return new DesiredSlot(
                offer.cluster.name,
                offer.cluster.id,
                offer.cluster.own,
                chosen.stream().map(Option::backend).toList(),
                new Standing(unready, anyNear || active == 0, around.keeps(offer.cluster.name)));
    }

    /** So many active ones at most, by lot; the others too, which count only when no active one is left. */
    private static List<Option> capped(List<Option> options, int most) {
        Set<Option> elected = new HashSet<>(options.stream()
                .filter(Option::active)
                .sorted(Comparator.comparingLong(option -> option.at().lot()))
                .limit(most)
                .toList());
        return options.stream()
                .filter(option -> !option.active() || elected.contains(option))
                .toList();
    }

    private Offer ownOffer(ClusterId ownId) {
        Map<Address, Option> options = new TreeMap<>();
        for (MeshService.Backend backend : service.backends()) {
            if (!localOnly || backend.node().equals(around.here().node())) {
                match(backend.ip(), backend.ports())
                        .map(at -> new Option(at, state(backend.state()), backend.place(), backend.weight())
                                .keeping(around.keeps(service.cluster(), backend.node())))
                        .ifPresent(option -> options.merge(option.at(), option, Option::better));
            }
        }
        seen.addAll(options.keySet());
        int unready = localOnly ? 0 : service.unready().of(key.ip().family());
        return new Offer(new Cluster(service.cluster(), ownId, true), options, unready);
    }

    private Offer offer(PeerService peer) {
        Map<Address, Option> options = new TreeMap<>();
        peer.backends()
                .forEach((ip, backend) -> match(ip, backend.ports())
                        .filter(seen::add)
                        .map(at -> new Option(at, backend.state(), backend.place(), backend.weight())
                                .keeping(around.keeps(
                                        peer.cluster(), backend.place().node())))
                        .ifPresent(option -> options.put(option.at(), option)));
        return new Offer(
                new Cluster(peer.cluster(), peer.clusterId(), false),
                options,
                peer.unready().of(key.ip().family()));
    }

    private Optional<Address> match(IpAddress ip, Map<String, L4> ports) {
        if (ip.family() != key.ip().family()) {
            return Optional.empty();
        }
        L4 l4 = ports.get(portName);
        if (l4 == null && portName.isEmpty() && ports.size() == 1) {
            l4 = ports.values().iterator().next();
        }
        if (l4 == null || l4.protocol() != key.l4().protocol()) {
            return Optional.empty();
        }
        if (around.isClusterIp().test(ip)) {
            refused.add(ip);
            return Optional.empty();
        }
        return Optional.of(new Address(ip, l4));
    }

    private static State state(MeshService.State state) {
        return switch (state) {
            case ACTIVE -> State.ACTIVE;
            case TERMINATING -> State.TERMINATING;
        };
    }
}
