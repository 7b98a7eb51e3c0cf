package io.clustermesh.e2e.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clustermesh.cli.echo.Identity;
import io.clustermesh.e2e.Commands;
import io.clustermesh.kube.testing.KubeApiServer;
import io.clustermesh.store.admin.AdminClient;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;

/** A cluster: a real API server, one node with a stand-in for its kubelet, and addresses of its own. */
final class KubeCluster implements AutoCloseable {

    static final String NAMESPACE = "clustermesh";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final int number;
    private final KubeApiServer server;
    private final ServiceNetwork network;
    private final NodeHost host;
    private final Kubelet kubelet;

    private KubeCluster(
            String name, int number, KubeApiServer server, ServiceNetwork network, NodeHost host, Kubelet kubelet) {
        this.name = name;
        this.number = number;
        this.server = server;
        this.network = network;
        this.host = host;
        this.kubelet = kubelet;
    }

    /**
     * Starts one, with nothing of ours in it.
     *
     * @param folder for all of its files
     * @param number 1 to 99, which its addresses are made of
     * @param kernel whether its node has the kernel's data plane
     */
    static KubeCluster start(Path folder, String name, int number, boolean kernel) {
        KubeApiServer server =
                KubeApiServer.start(name, "%s,fd20:%d::/112".formatted(serviceCidr(number), 70 + number));
        try {
            Path own = Files.createDirectories(folder.resolve(name));
            Addresses addresses = new Addresses(number);
            ServiceNetwork network = new ServiceNetwork(addresses, own);
            NodeHost host = NodeHost.prepare(
                    "%s-%d".formatted(name, ProcessHandle.current().pid()), kernel);
            String nodeName = name + "-n1";
            server.admin().resource(node(nodeName, number)).create();
            server.admin()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName("shop")
                            .endMetadata()
                            .build())
                    .create();
            Kubelet kubelet = new Kubelet(
                    server, NAMESPACE, new Kubelet.Node(nodeName, addresses.of("node"), host.folders()), own, network);
            return new KubeCluster(name, number, server, network, host, kubelet);
        } catch (IOException e) {
            server.close();
            throw new UncheckedIOException(e);
        }
    }

    private static io.fabric8.kubernetes.api.model.Node node(String name, int number) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withPodCIDR("10.%d.0.0/24".formatted(70 + number))
                .addToPodCIDRs("10.%d.0.0/24".formatted(70 + number))
                .endSpec()
                .withNewStatus()
                .addNewAddress("172.31.%d.11".formatted(number), "InternalIP")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
    }

    String name() {
        return name;
    }

    KubeApiServer server() {
        return server;
    }

    NodeHost host() {
        return host;
    }

    String podCidr() {
        return "10.%d.0.0/16".formatted(70 + number);
    }

    String serviceCidr() {
        return serviceCidr(number);
    }

    private static String serviceCidr(int number) {
        return "10.%d.0.0/16".formatted(170 + number);
    }

    /** An address of its pods. */
    String podAddress(int pod) {
        return "10.%d.0.%d".formatted(70 + number, 10 + pod);
    }

    String nodeName() {
        return name + "-n1";
    }

    /** What node-sync has in its tables, read back: its {@code /v1/lb}; empty while it does not answer. */
    Optional<JsonNode> tables() {
        return nodeSync("/v1/lb");
    }

    /** The cluster whose backend node-sync's tables in memory choose for a client's connection number {@code client}. */
    String pick(String clusterIp, int client) {
        JsonNode pick = nodeSync("/v1/pick?vip=%s&port=80&proto=tcp&client=10.9.%d.%d"
                        .formatted(clusterIp, client / 200, 1 + client % 200))
                .orElseThrow();
        return pick.path("clusterId").asInt() == 1 ? "west" : "east";
    }

    /** The cluster that answers a request to the Service, made by a process of this cluster's node. */
    String ask(String clusterIp) {
        Commands.Result answer =
                Commands.run(host.inside(List.of("curl", "-s", "-m", "3", "http://%s/".formatted(clusterIp))));
        return answer.exitCode() == 0 ? Identity.parseJson(answer.out()).cluster() : "nobody: " + answer.err();
    }

    /** Everything of ours that is in the API server, with its version. */
    List<String> objects() {
        KubernetesClient client = server.admin();
        List<HasMetadata> all = new ArrayList<>();
        all.addAll(client.rbac().clusterRoles().list().getItems());
        all.addAll(client.rbac().clusterRoleBindings().list().getItems());
        all.addAll(client.configMaps().inNamespace(NAMESPACE).list().getItems());
        all.addAll(client.secrets().inNamespace(NAMESPACE).list().getItems());
        all.addAll(client.services().inNamespace(NAMESPACE).list().getItems());
        all.addAll(client.serviceAccounts().inNamespace(NAMESPACE).list().getItems());
        all.addAll(
                client.network().networkPolicies().inNamespace(NAMESPACE).list().getItems());
        all.addAll(client.policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(NAMESPACE)
                .list()
                .getItems());
        return all.stream()
                .filter(object -> object.getMetadata().getName().matches("(cilium-)?clustermesh.*"))
                .map(object -> object.getKind() + " " + object.getMetadata().getName() + " at "
                        + object.getMetadata().getResourceVersion())
                .sorted()
                .toList();
    }

    private Optional<JsonNode> nodeSync(String view) {
        return kubelet.pod("clustermesh-node-sync-" + nodeName()).flatMap(pod -> {
            try {
                AdminClient.Answer answer =
                        AdminClient.get(pod.files().mounted("/run/clustermesh").resolve("node-sync.sock"), view);
                return answer.ok() ? Optional.of(JSON.readTree(answer.body())) : Optional.empty();
            } catch (AdminClient.Unreachable | IOException e) {
                return Optional.empty();
            }
        });
    }

    /** Waits until every pod of ours is ready. */
    void awaitPods(Duration limit) {
        try {
            Awaitility.await("the pods of " + name)
                    .atMost(limit)
                    .pollInterval(Duration.ofMillis(200))
                    .until(kubelet::settled);
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(
                    "pods of %s are not ready within %s%n%s".formatted(name, limit, kubelet.report()), e);
        }
    }

    /** For a failure's message. */
    String report() {
        return name + ": " + kubelet.report();
    }

    /** Pulls the plug: the API server and every container, at once. */
    void powerOff() {
        server.down();
        kubelet.close();
    }

    @Override
    public void close() {
        kubelet.close();
        network.close();
        host.close();
        server.close();
    }
}
