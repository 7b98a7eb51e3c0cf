package io.clustermesh.e2e.kube;

import io.clustermesh.cli.echo.EchoServer;
import io.clustermesh.cli.echo.Identity;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Service {@code shop/echo} of one cluster and its pods, with what a kubelet and the endpoint slice controller would write.
 */
final class Shop implements AutoCloseable {

    private final KubeCluster cluster;
    private final List<EchoServer> servers = new ArrayList<>();
    private String clusterIp = "";

    Shop(KubeCluster cluster) {
        this.cluster = cluster;
    }

    /** The Service, which is not global yet. */
    void open() {
        apply("""
                apiVersion: v1
                kind: Service
                metadata: {namespace: shop, name: echo}
                spec: {selector: {app: echo}, ports: [{name: http, port: 80, targetPort: 8080}]}
                """);
        Service service = cluster.server()
                .admin()
                .services()
                .inNamespace("shop")
                .withName("echo")
                .get();
        clusterIp = service.getSpec().getClusterIP();
    }

    /** Pods 1 to {@code count}, ready; one more or less at another call. */
    void pods(int count) {
        for (int pod = 1; pod <= count; pod++) {
            apply("""
                    apiVersion: v1
                    kind: Pod
                    metadata: {namespace: shop, name: echo-%1$d, labels: {app: echo}}
                    spec: {nodeName: %2$s, containers: [{name: echo, image: echo}]}
                    """.formatted(pod, cluster.nodeName()));
            String address = cluster.podAddress(pod);
            cluster.server()
                    .admin()
                    .pods()
                    .inNamespace("shop")
                    .withName("echo-" + pod)
                    .editStatus(found -> {
                        found.setStatus(new io.fabric8.kubernetes.api.model.PodStatusBuilder()
                                .withPhase("Running")
                                .withPodIP(address)
                                .addNewPodIP(address)
                                .build());
                        return found;
                    });
        }
        String endpoints = IntStream.rangeClosed(1, count)
                .mapToObj(pod -> "{addresses: [%s], conditions: {ready: true}, nodeName: %s}"
                        .formatted(cluster.podAddress(pod), cluster.nodeName()))
                .collect(Collectors.joining(", "));
        apply("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {namespace: shop, name: echo-abc, labels: {kubernetes.io/service-name: echo}}
                addressType: IPv4
                ports: [{name: http, port: 8080}]
                endpoints: [%s]
                """.formatted(endpoints));
    }

    /** Lets {@code count} servers answer at the pods' addresses, which must be this machine's. */
    void answer(int count) throws IOException {
        for (int pod = 1; pod <= count; pod++) {
            servers.add(new EchoServer(
                    new Identity(cluster.name(), cluster.nodeName(), "echo-" + pod),
                    InetAddress.getByName(cluster.podAddress(pod)),
                    8080));
        }
    }

    /** {@code kubectl annotate}. */
    void annotate(Map<String, String> annotations) {
        cluster.server().admin().services().inNamespace("shop").withName("echo").edit(service -> {
            service.getMetadata().setAnnotations(annotations);
            return service;
        });
    }

    /** The address at which clients ask. */
    String clusterIp() {
        return clusterIp;
    }

    private void apply(String yaml) {
        cluster.server()
                .admin()
                .resource(yaml)
                .fieldManager("shop")
                .forceConflicts()
                .serverSideApply();
    }

    @Override
    public void close() throws IOException {
        for (EchoServer server : servers) {
            server.close();
        }
    }
}
