package io.clustermesh.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.apiserver.source.kubernetes.Cluster;
import io.clustermesh.apiserver.view.AdminApiDocument;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole mesh-apiserver on a real Kubernetes API, with a peer. */
final class KubernetesApiserverIT {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String SERVICE = """
            apiVersion: v1
            kind: Service
            metadata:
              name: db
              namespace: shop
              annotations: {service.cilium.io/global: "true", service.cilium.io/affinity: %s}
            spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}
            """;
    private static final String PEERS_SLICE = """
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
            addressType: IPv4
            ports: [{name: sql, port: 5432}]
            endpoints: [{addresses: [10.2.0.7], hostname: db-0, zone: z2, nodeName: worker-1}]
            """;

    @TempDir
    Path folder;

    @Test
    void shouldTellKubernetesOfItsServicesAndPeers() throws IOException {
        try (Cluster kubernetes = Cluster.start("west");
                RunningCluster west = new RunningCluster(folder, "west", 1);
                RunningCluster east = new RunningCluster(folder, "east", 2)) {
            kubernetes.create("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
            kubernetes.create(SERVICE.formatted("nonsense"));
            east.manifest("db.yaml", SERVICE.formatted("local") + PEERS_SLICE);
            west.start("source: {kind: kubernetes, kubeconfig: %s, context: west}\n"
                    .formatted(kubernetes.server().kubeconfig()));
            east.start();

            await().atMost(LONG).until(() -> west.get("/readyz").ok());
            JsonNode status = west.json("/v1/status");
            assertThat(new AdminApiDocument().faults("/v1/status", 200, status)).isEmpty();
            assertThat(status.at("/source/kind").asText()).isEqualTo("kubernetes");
            assertThat(status.at("/source/kinds").findValuesAsText("state"))
                    .isSubsetOf("WATCHING", "LISTING", "ABSENT");
            assertThat(west.json("/v1/services").at("/items").findValuesAsText("name"))
                    .contains("shop/db");
            await("kubectl describe says what is wrong with the annotation")
                    .atMost(LONG)
                    .untilAsserted(() -> assertThat(events(kubernetes))
                            .extracting(Event::getReason)
                            .containsExactly("UnknownAffinity"));

            west.connectTo(east);
            east.connectTo(west);

            await().atMost(LONG).until(() -> slices(kubernetes).size() == 1);
            EndpointSlice slice = slices(kubernetes).getFirst();
            assertThat(slice.getEndpoints()).hasSize(1);
            assertThat(slice.getEndpoints().getFirst().getAddresses()).containsExactly("10.2.0.7");
            assertThat(slice.getEndpoints().getFirst().getHostname()).isEqualTo("db-0");
            assertThat(slice.getEndpoints().getFirst().getNodeName()).isNull();
            assertThat(west.get("/metrics").body())
                    .contains("clustermesh_apiserver_source_following{", "clustermesh_apiserver_sink_slice_writes");

            west.disconnectFrom(east);

            await().atMost(LONG).until(() -> slices(kubernetes).isEmpty());
            assertThat(west.json("/v1/status").at("/sink/slices/problem").isNull())
                    .isTrue();
        }
    }

    private static List<Event> events(Cluster kubernetes) {
        return kubernetes
                .admin()
                .events()
                .v1()
                .events()
                .inNamespace("shop")
                .list()
                .getItems();
    }

    private static List<EndpointSlice> slices(Cluster kubernetes) {
        return kubernetes
                .admin()
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace("shop")
                .list()
                .getItems();
    }
}
