package io.clustermesh.apiserver.view;

import io.clustermesh.apiserver.cache.Entry;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Keys;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.EndpointSliceCodec;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.store.admin.Problem;
import io.clustermesh.store.admin.ProblemException;
import io.clustermesh.store.runtime.HopTrace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Behind {@code /v1/explain/{namespace}/{name}}: every copy of a service that etcd has, one for each hop of its way, in the
 * order of that way. {@code clustermesh explain} lays those of all clusters beside what the nodes have.
 */
final class Explain {

    private static final int SLICES = 1000;
    private static final Set<HopTrace.Hop> PUBLISHED = EnumSet.of(HopTrace.Hop.PUBLISHED);
    private static final Set<HopTrace.Hop> MIRRORED = EnumSet.of(HopTrace.Hop.MIRRORED);

    private final Mesh mesh;
    private final HopTrace hops;

    /** Where a copy stands. */
    enum Hop {
        /** What the cluster's own agents read. */
        OWN,
        /** What peers read. */
        EXPORT,
        /** What peers read that understand slices. */
        EXPORT_SLICE,
        /** What was copied from a peer. */
        MIRROR,
        /** What was copied from a peer, as a slice. */
        MIRROR_SLICE
    }

    /**
     * @param name the service
     * @param source who answers, and how fresh that is
     * @param copies in the order of the way, the own cluster first
     */
    record Explained(ServiceName name, Page.Source source, List<Copy> copies) {}

    /**
     * @param hop where it stands
     * @param cluster whose state it is
     * @param key its key
     * @param revision of the local etcd that wrote it
     * @param at when the last change was written, if this replica did it and remembers
     * @param readable false if it can't be decoded
     * @param backends by address
     */
    record Copy(
            Hop hop,
            ClusterName cluster,
            String key,
            long revision,
            Optional<Instant> at,
            boolean readable,
            List<Target> backends) {}

    /**
     * @param address {@code ip:port/protocol}, an IPv6 address in brackets
     * @param active whether it takes new connections, as far as this hop's form can say
     */
    record Target(String address, boolean active) {}

    Explain(Mesh mesh, HopTrace hops) {
        this.mesh = mesh;
        this.hops = hops;
    }

    Explained explain(Map<String, String> parameters) {
        ServiceName name =
                new ServiceName(parameters.getOrDefault("namespace", ""), parameters.getOrDefault("name", ""));
        Moment moment = mesh.now();
        ClusterName own = mesh.own().name();
        List<Copy> copies = new ArrayList<>();
        moment.get(Keys.meshService(own, name))
                .ifPresent(it -> copies.add(copy(Hop.OWN, own, name, it, Explain::ownTargets)));
        moment.get(Keys.service(own, name))
                .ifPresent(it -> copies.add(copy(Hop.EXPORT, own, name, it, Explain::serviceTargets)));
        copies.addAll(slices(Hop.EXPORT_SLICE, moment, Keys.endpointSlice(own, name.namespace(), ""), own, name));
        for (ClusterName peer : moment.clustersBelow(Keys.CACHED_SERVICES)) {
            moment.get(Keys.CACHED_SERVICES + peer + "/" + name)
                    .ifPresent(it -> copies.add(copy(Hop.MIRROR, peer, name, it, Explain::serviceTargets)));
        }
        for (ClusterName peer : moment.clustersBelow(Keys.CACHED_ENDPOINT_SLICES)) {
            String prefix = Keys.CACHED_ENDPOINT_SLICES + peer + "/" + name.namespace() + "/";
            copies.addAll(slices(Hop.MIRROR_SLICE, moment, prefix, peer, name));
        }
        if (copies.isEmpty()) {
            throw new ProblemException(new Problem.NotFound(
                    "no cluster has a global service %s; annotate it with service.cilium.io/global: \"true\", /v1/services has those there are"
                            .formatted(name)));
        }
        return new Explained(name, mesh.source(moment), copies);
    }

    private interface Reader {
        Optional<List<Target>> read(byte[] value);
    }

    private Copy copy(Hop hop, ClusterName cluster, ServiceName name, Entry entry, Reader reader) {
        Optional<List<Target>> targets = reader.read(entry.value());
        return new Copy(
                hop,
                cluster,
                entry.key(),
                entry.modified(),
                lastMark(hop, cluster, name),
                targets.isPresent(),
                targets.orElse(List.of()));
    }

    private List<Copy> slices(Hop hop, Moment moment, String prefix, ClusterName cluster, ServiceName name) {
        List<Copy> found = new ArrayList<>();
        for (Entry entry : moment.list(prefix, "", SLICES)) {
            Decoded<ClusterEndpointSlice> decoded = EndpointSliceCodec.decode(entry.value());
            if (decoded instanceof Decoded.Value<ClusterEndpointSlice>(var slice)
                    && slice.service().filter(name::equals).isPresent()) {
                found.add(copy(hop, cluster, name, entry, any -> Optional.of(sliceTargets(slice))));
            }
        }
        return found;
    }

    private Optional<Instant> lastMark(Hop hop, ClusterName cluster, ServiceName name) {
        Set<HopTrace.Hop> marks = hop == Hop.MIRROR || hop == Hop.MIRROR_SLICE ? MIRRORED : PUBLISHED;
        return hops.entries().reversed().stream()
                .filter(it -> marks.contains(it.hop())
                        && it.subject().equals(name.toString())
                        && it.cluster().equals(cluster.value()))
                .map(HopTrace.Entry::at)
                .findFirst();
    }

    private static Optional<List<Target>> ownTargets(byte[] value) {
        return MeshServiceCodec.decode(value).asOptional().map(service -> {
            Map<String, Boolean> targets = new TreeMap<>();
            service.backends()
                    .forEach(it -> it.ports()
                            .values()
                            .forEach(l4 -> targets.merge(
                                    text(it.ip(), l4), it.state() == MeshService.State.ACTIVE, Boolean::logicalOr)));
            return targets(targets);
        });
    }

    private static Optional<List<Target>> serviceTargets(byte[] value) {
        return ServiceCodec.decode(value).asOptional().map((ServiceRecord service) -> {
            Map<String, Boolean> targets = new TreeMap<>();
            service.backends().forEach((ip, ports) -> ports.values().forEach(l4 -> targets.put(text(ip, l4), true)));
            return targets(targets);
        });
    }

    private static List<Target> sliceTargets(ClusterEndpointSlice slice) {
        Map<String, Boolean> targets = new TreeMap<>();
        slice.endpoints()
                .forEach(endpoint -> endpoint.addresses()
                        .forEach(ip -> slice.ports()
                                .forEach(port -> targets.put(
                                        text(ip, port.l4()),
                                        endpoint.conditions().ready()))));
        return targets(targets);
    }

    private static List<Target> targets(Map<String, Boolean> byAddress) {
        return byAddress.entrySet().stream()
                .map(it -> new Target(it.getKey(), it.getValue()))
                .toList();
    }

    private static String text(IpAddress ip, L4 l4) {
        String host = ip.family() == IpAddress.Family.IPV6 ? "[" + ip + "]" : ip.toString();
        return host + ":" + l4.port() + "/" + l4.protocol();
    }
}
