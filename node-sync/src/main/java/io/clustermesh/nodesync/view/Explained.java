package io.clustermesh.nodesync.view;

import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.ServiceName;
import io.clustermesh.nodesync.agent.ServiceKeeper;
import io.clustermesh.nodesync.desired.DesiredFrontend;
import io.clustermesh.nodesync.desired.Finding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this node knows of one service, hop by hop: {@code /v1/explain?service=ns/name}. The rest of the way, from the source
 * to this node's inventory, mesh-apiserver's {@code /v1/explain} tells.
 *
 * @param service which
 * @param node where
 * @param settled whether the tables have been brought to what the mesh says
 * @param changed when its records last changed here; empty if it has none
 * @param wanted what the records come to, one entry for each frontend and cluster
 * @param findings what can't be served as asked
 * @param tables what the tables hold, read back
 */
public record Explained(
        ServiceName service,
        Status.Node node,
        boolean settled,
        Optional<Instant> changed,
        List<Wanted> wanted,
        List<Finding> findings,
        List<LoadBalancer.Frontend> tables) {

    /**
     * @param frontend {@code ip:port/protocol}
     * @param cluster whose backends
     * @param backends by address
     */
    public record Wanted(String frontend, ClusterName cluster, List<Target> backends) {}

    /**
     * @param address {@code ip:port/protocol}, an IPv6 address in brackets
     * @param active whether it takes new connections
     */
    public record Target(String address, boolean active) {}

    /** Reads it; on the agent's thread. */
    public static Explained read(
            ServiceKeeper keeper, LoadBalancerReader reader, Status.Node node, ServiceName service, Instant now) {
        List<Wanted> wanted = new ArrayList<>();
        for (DesiredFrontend frontend : keeper.desired(service).frontends()) {
            frontend.slots()
                    .forEach(slot -> wanted.add(new Wanted(
                            frontend.key().toString(),
                            slot.cluster(),
                            slot.backends().stream()
                                    .map(it -> new Target(new FrontendKey(it.ip(), it.l4()).toString(), it.active()))
                                    .toList())));
        }
        return new Explained(
                service,
                node,
                keeper.settledOnce(),
                keeper.changedAt(service),
                wanted,
                keeper.findings().getOrDefault(service, List.of()),
                reader.read(keeper, now, service).frontends());
    }
}
