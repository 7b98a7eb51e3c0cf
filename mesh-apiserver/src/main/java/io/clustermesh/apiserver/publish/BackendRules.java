package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubeEndpointSlice;
import io.clustermesh.apiserver.source.KubePort;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService.Backend;
import io.clustermesh.model.MeshService.Place;
import io.clustermesh.model.MeshService.State;
import io.clustermesh.model.MeshService.Unready;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * From EndpointSlices to backends, sorted by address. An address in several slices, as happens while slices are rewritten,
 * is one backend in its best state.
 *
 * @param backends who serves
 * @param unready how many should serve and do not
 */
record BackendRules(List<Backend> backends, Unready unready) {

    /**
     * The most backends that one record says, so that a service's two keys fit into one transaction (etcd takes 1.5 MiB).
     */
    static final int MAX_BACKENDS = 4000;

    /** The largest record, in bytes of JSON. */
    static final int MAX_BYTES = 700_000;

    BackendRules {
        backends = List.copyOf(backends);
    }

    /**
     * The backends of {@code service}.
     *
     * @param isClusterIp whether an address is some service's cluster IP
     * @param warnings where what is left out is told
     */
    static BackendRules of(
            KubeService service,
            Collection<KubeEndpointSlice> slices,
            Predicate<IpAddress> isClusterIp,
            List<Warning> warnings) {
        String subject = service.key().toString();
        boolean anyCondition = service.rules().publishNotReady();
        Map<IpAddress, Backend> backends = new TreeMap<>();
        Set<IpAddress> unready = new TreeSet<>();
        Set<IpAddress> refused = new LinkedHashSet<>();
        for (KubeEndpointSlice slice : slices) {
            int weight = weight(slice, warnings);
            if (weight == 0) {
                continue;
            }
            Map<String, L4> ports = new TreeMap<>();
            for (KubePort port : slice.ports()) {
                ports.put(port.name(), port.l4());
            }
            for (Endpoint endpoint : slice.endpoints()) {
                Conditions conditions = endpoint.conditions();
                boolean ready = conditions.ready() || anyCondition;
                State state = ready ? State.ACTIVE : State.TERMINATING;
                Place place = new Place(
                        endpoint.topology().node(),
                        endpoint.topology().zone(),
                        endpoint.topology().forZones());
                for (IpAddress ip : endpoint.addresses()) {
                    if (isClusterIp.test(ip)) {
                        refused.add(ip);
                    } else if (ready || conditions.serving()) {
                        backends.merge(ip, new Backend(ip, ports, state, place, weight), BackendRules::merge);
                    } else if (!conditions.terminating()) {
                        unready.add(ip);
                    }
                }
            }
        }
        if (!refused.isEmpty()) {
            warnings.add(new Warning(
                    subject,
                    "BackendIsClusterIp",
                    "its endpoints %s are cluster IPs of Services and are left out, since a connection there would not be translated again; name the pods instead"
                            .formatted(refused.stream().limit(5).toList())));
        }
        unready.removeAll(backends.keySet());
        int ipv4 = (int) unready.stream()
                .filter(ip -> ip.family() == IpAddress.Family.IPV4)
                .count();
        return new BackendRules(List.copyOf(backends.values()), new Unready(ipv4, unready.size() - ipv4))
                .atMost(MAX_BACKENDS, subject, warnings);
    }

    /** At most so many backends, the same ones as long as they live; the rest get nothing, with a warning. */
    BackendRules atMost(int most, String subject, List<Warning> warnings) {
        if (backends.size() <= most) {
            return this;
        }
        warnings.add(new Warning(
                subject,
                "TooManyBackends",
                "has %d backends here, of which the mesh uses %d in this cluster, since a record holds no more; split the service"
                        .formatted(backends.size(), most)));
        List<Backend> kept = backends.stream()
                .sorted(Comparator.comparingInt(
                                (Backend backend) -> backend.state().ordinal())
                        .thenComparingInt(backend -> lot(backend.ip())))
                .limit(most)
                .sorted(Comparator.comparing(Backend::ip))
                .toList();
        return new BackendRules(kept, unready);
    }

    /** Spreads addresses evenly over nodes and zones, and alike whenever it is asked. */
    private static int lot(IpAddress ip) {
        return Long.hashCode((ip.high() ^ Long.rotateLeft(ip.low(), 17)) * 0x9e3779b97f4a7c15L);
    }

    private static int weight(KubeEndpointSlice slice, List<Warning> warnings) {
        Map<String, String> annotations = slice.meta().annotations();
        String text = annotations.get(ClusterEndpointSlice.WEIGHT_ANNOTATION);
        return ClusterEndpointSlice.weight(annotations).orElseGet(() -> {
            if (text != null) {
                warnings.add(new Warning(
                        slice.key().toString(),
                        "BadWeights",
                        "annotation %s is \"%s\", taken as %d; write a whole number from 0 to %d"
                                .formatted(
                                        ClusterEndpointSlice.WEIGHT_ANNOTATION,
                                        text.length() > 40 ? text.substring(0, 40) + "..." : text,
                                        Balancing.BACKEND_WEIGHT,
                                        Balancing.MAX_BACKEND_WEIGHT)));
            }
            return Balancing.BACKEND_WEIGHT;
        });
    }

    private static Backend merge(Backend one, Backend other) {
        Map<String, L4> ports = new TreeMap<>(other.ports());
        ports.putAll(one.ports());
        State state = one.state() == State.ACTIVE ? one.state() : other.state();
        Place place = new Place(
                one.node().isEmpty() ? other.node() : one.node(),
                one.zone().isEmpty() ? other.zone() : one.zone(),
                one.place().forZones().isEmpty()
                        ? other.place().forZones()
                        : one.place().forZones());
        return new Backend(one.ip(), ports, state, place, one.weight());
    }
}
