package io.clustermesh.cli.kube;

import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Where mesh-apiserver is reached from outside of its cluster. */
public final class Addresses {

    private static final List<String> KINDS = List.of("ExternalIP", "InternalIP");

    private Addresses() {}

    /**
     * {@code host:port} of a port of Service {@code clustermesh-apiserver}, the best first: the load balancer's addresses,
     * then nodes' addresses with the node port. Empty as long as it has none.
     */
    public static List<String> of(KubeSite site, int port) {
        Optional<Service> service = site.ask(
                "read Service " + Names.APISERVER,
                kube -> Optional.ofNullable(kube.services()
                        .inNamespace(site.namespace())
                        .withName(Names.APISERVER)
                        .get()));
        List<String> found = new ArrayList<>();
        service.ifPresent(it -> found.addAll(loadBalancer(it, port)));
        Optional<Integer> nodePort = service.flatMap(it -> nodePort(it, port));
        if (found.isEmpty() && nodePort.isPresent()) {
            List<Node> nodes =
                    site.ask("list nodes", kube -> kube.nodes().list().getItems());
            for (String address : nodeAddresses(nodes)) {
                found.add(bracketed(address) + ":" + nodePort.get());
            }
        }
        return found;
    }

    /** Whether a load balancer has been asked for that has not given its address yet. */
    public static boolean awaitsLoadBalancer(KubeSite site) {
        return site.ask(
                "read Service " + Names.APISERVER,
                kube -> Optional.ofNullable(kube.services()
                                .inNamespace(site.namespace())
                                .withName(Names.APISERVER)
                                .get())
                        .filter(it -> "LoadBalancer".equals(it.getSpec().getType()))
                        .filter(it -> loadBalancer(it, Names.ETCD_PORT).isEmpty())
                        .isPresent());
    }

    private static List<String> loadBalancer(Service service, int port) {
        if (service.getStatus() == null || service.getStatus().getLoadBalancer() == null) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        for (LoadBalancerIngress ingress : service.getStatus().getLoadBalancer().getIngress()) {
            String host = ingress.getIp() != null ? ingress.getIp() : ingress.getHostname();
            if (host != null) {
                found.add(bracketed(host) + ":" + port);
            }
        }
        return found;
    }

    private static Optional<Integer> nodePort(Service service, int port) {
        return service.getSpec().getPorts().stream()
                .filter(one -> one.getPort() == port && one.getNodePort() != null)
                .map(ServicePort::getNodePort)
                .findFirst();
    }

    /** One address of each node that is not leaving, in the order of names. */
    static List<String> nodeAddresses(List<Node> nodes) {
        List<String> found = new ArrayList<>();
        nodes.stream()
                .filter(node -> node.getMetadata().getDeletionTimestamp() == null && node.getStatus() != null)
                .sorted(Comparator.comparing(node -> node.getMetadata().getName()))
                .forEach(node -> KINDS.stream()
                        .flatMap(kind -> node.getStatus().getAddresses().stream()
                                .filter(address -> kind.equals(address.getType()))
                                .map(NodeAddress::getAddress))
                        .findFirst()
                        .ifPresent(found::add));
        return found;
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
