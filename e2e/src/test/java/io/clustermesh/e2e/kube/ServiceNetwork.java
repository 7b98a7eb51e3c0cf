package io.clustermesh.e2e.kube;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The namespace's Services: each gets an address that leads to its ready pods, which is also its load balancer's, and
 * names in a hosts file that stands in for the cluster's DNS. Used by the {@link Kubelet}'s thread.
 */
final class ServiceNetwork implements AutoCloseable {

    private final Addresses addresses;
    private final Path hosts;
    private final Map<String, ServiceAddress> open = new HashMap<>();
    private String written = "";

    ServiceNetwork(Addresses addresses, Path folder) {
        this.addresses = addresses;
        this.hosts = folder.resolve("hosts");
    }

    String addressOf(String pod) {
        return addresses.of(pod);
    }

    Path hostsFile() {
        return hosts;
    }

    void update(KubernetesClient client, String namespace, Collection<StandInPod> pods) throws IOException {
        Map<String, String> names = new LinkedHashMap<>();
        for (Service service : client.services().inNamespace(namespace).list().getItems()) {
            String name = service.getMetadata().getName() + "." + namespace + ".svc";
            List<StandInPod> selected = pods.stream()
                    .filter(pod -> pod.template()
                            .getMetadata()
                            .getLabels()
                            .entrySet()
                            .containsAll(service.getSpec().getSelector().entrySet()))
                    .toList();
            if ("None".equals(service.getSpec().getClusterIP())) {
                selected.forEach(pod -> {
                    names.put(name, pod.place().ip());
                    names.put(pod.place().name() + "." + name, pod.place().ip());
                });
            } else {
                names.put(name, serve(client, service, selected));
            }
        }
        write(names);
    }

    private String serve(KubernetesClient client, Service service, List<StandInPod> pods) {
        String name = service.getMetadata().getName();
        String address = addresses.of("service/" + name);
        ServiceAddress proxy = open.get(name);
        if (proxy == null) {
            Map<Integer, Integer> ports = new HashMap<>();
            for (ServicePort port : service.getSpec().getPorts()) {
                ports.put(port.getPort(), port.getTargetPort().getIntVal());
            }
            proxy = new ServiceAddress(address, ports);
            open.put(name, proxy);
        }
        proxy.backends(pods.stream()
                .filter(StandInPod::ready)
                .map(pod -> pod.place().ip())
                .toList());
        if ("LoadBalancer".equals(service.getSpec().getType())
                && service.getStatus().getLoadBalancer().getIngress().isEmpty()) {
            client.resource(service).editStatus(found -> {
                found.getStatus()
                        .getLoadBalancer()
                        .setIngress(List.of(new io.fabric8.kubernetes.api.model.LoadBalancerIngressBuilder()
                                .withIp(address)
                                .build()));
                return found;
            });
        }
        return address;
    }

    private void write(Map<String, String> names) throws IOException {
        StringBuilder text = new StringBuilder("127.0.0.1 localhost\n");
        names.forEach((name, address) -> text.append("%s %s %s.cluster.local%n".formatted(address, name, name)));
        if (!text.toString().equals(written)) {
            Path fresh = hosts.resolveSibling("hosts.next");
            Files.writeString(fresh, text);
            Files.move(fresh, hosts, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            written = text.toString();
        }
    }

    @Override
    public void close() {
        open.values().forEach(ServiceAddress::close);
    }
}
