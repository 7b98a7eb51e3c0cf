package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubePort;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which Service owns which address: whole cluster IPs, external addresses port by port, and node ports. The first
 * claimant stays owner; the others wait, with a warning. Owned by one thread.
 */
final class AddressClaims {

    /** An external address's port, or a node port. */
    private record Spot(Optional<IpAddress> ip, L4 l4) {}

    private final Claims<IpAddress, ServiceName> clusterIps = new Claims<>();
    private final Claims<Spot, ServiceName> spots = new Claims<>();
    private final Set<IpAddress> changed = new HashSet<>();

    /**
     * {@code service} claims its addresses; without one, {@code name} lets go of all.
     *
     * @return the services to be looked at again
     */
    Set<ServiceName> claim(ServiceName name, Optional<KubeService> service) {
        Set<ServiceName> touched = new LinkedHashSet<>();
        touched.add(name);
        for (IpAddress ip :
                clusterIps.claim(name, service.map(KubeService::clusterIps).orElse(List.of()))) {
            changed.add(ip);
            clusterIps.owner(ip).ifPresent(touched::add);
        }
        for (Spot spot : spots.claim(name, service.map(AddressClaims::spots).orElse(List.of()))) {
            spots.owner(spot).ifPresent(touched::add);
        }
        return touched;
    }

    /** Whether it is a cluster IP of any Service. */
    boolean isClusterIp(IpAddress ip) {
        return clusterIps.owner(ip).isPresent();
    }

    /** Cluster IPs that changed hands since the last call. */
    Set<IpAddress> drainChanged() {
        Set<IpAddress> drained = Set.copyOf(changed);
        changed.clear();
        return drained;
    }

    /** The addresses that {@code service} has to itself; the others are in {@code warnings}. */
    MeshService.Addresses granted(KubeService service, ServiceName name, List<Warning> warnings) {
        List<IpAddress> own = new ArrayList<>();
        String subject = service.key().toString();
        for (IpAddress ip : service.clusterIps()) {
            ServiceName owner = clusterIps.owner(ip).orElse(name);
            if (owner.equals(name)) {
                own.add(ip);
            } else {
                warnings.add(new Warning(
                        subject,
                        "AddressTaken",
                        "cluster IP %s belongs to Service %s already and is left out here; give the services addresses of their own"
                                .formatted(ip, owner)));
            }
        }
        List<IpAddress> externals = new ArrayList<>();
        for (IpAddress ip : service.externals()) {
            Optional<String> obstacle = obstacle(ip, service, name);
            if (obstacle.isEmpty()) {
                externals.add(ip);
            } else {
                warnings.add(new Warning(
                        subject,
                        "AddressTaken",
                        "external address %s %s and is left out here; give the service another one"
                                .formatted(ip, obstacle.get())));
            }
        }
        return new MeshService.Addresses(own, externals);
    }

    /** The service's ports; a node port that another Service has is left out, with a warning. */
    List<MeshService.Port> ports(KubeService service, ServiceName name, List<Warning> warnings) {
        List<MeshService.Port> ports = new ArrayList<>();
        for (KubePort port : service.ports()) {
            int nodePort = port.nodePort();
            if (nodePort > 0) {
                L4 l4 = new L4(port.l4().protocol(), nodePort);
                ServiceName owner = spots.owner(new Spot(Optional.empty(), l4)).orElse(name);
                if (!owner.equals(name)) {
                    nodePort = 0;
                    warnings.add(new Warning(
                            service.key().toString(),
                            "AddressTaken",
                            "node port %s belongs to Service %s already and is left out here; choose another one"
                                    .formatted(l4, owner)));
                }
            }
            ports.add(new MeshService.Port(port.name(), port.l4(), nodePort));
        }
        return ports;
    }

    private Optional<String> obstacle(IpAddress ip, KubeService service, ServiceName name) {
        var address = ip.toInetAddress();
        if (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()) {
            return Optional.of("is loopback, link-local, multicast or unspecified");
        }
        Optional<ServiceName> holder = clusterIps.owner(ip);
        if (holder.isPresent()) {
            return Optional.of("is a cluster IP of Service " + holder.get());
        }
        return service.ports().stream()
                .map(port -> new Spot(Optional.of(ip), port.l4()))
                .flatMap(spot -> spots.owner(spot).stream()
                        .filter(owner -> !owner.equals(name))
                        .map(owner -> "belongs to Service %s at port %s already".formatted(owner, spot.l4)))
                .findFirst();
    }

    private static List<Spot> spots(KubeService service) {
        List<Spot> spots = new ArrayList<>();
        for (KubePort port : service.ports()) {
            service.externals().forEach(ip -> spots.add(new Spot(Optional.of(ip), port.l4())));
            if (port.nodePort() > 0) {
                spots.add(new Spot(Optional.empty(), new L4(port.l4().protocol(), port.nodePort())));
            }
        }
        return spots;
    }
}
