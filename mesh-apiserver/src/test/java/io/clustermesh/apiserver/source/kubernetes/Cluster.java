package io.clustermesh.apiserver.source.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.kube.testing.KubeApiServer;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;

/** A real API server, with what tests do to it. */
public final class Cluster implements AutoCloseable {

    /** The CRD of MCS-API, as short as the API server takes it. */
    public static final String SERVICE_EXPORTS = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: serviceexports.multicluster.x-k8s.io
              annotations: {api-approved.kubernetes.io: "https://github.com/kubernetes-sigs/mcs-api"}
            spec:
              group: multicluster.x-k8s.io
              scope: Namespaced
              names: {plural: serviceexports, singular: serviceexport, kind: ServiceExport}
              versions:
                - name: v1alpha1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;

    /** Cilium's kinds that are read, as short as the API server takes them. */
    public static final List<String> CILIUM = List.of(
            cilium("CiliumIdentity", "ciliumidentities", "Cluster"),
            cilium("CiliumEndpoint", "ciliumendpoints", "Namespaced"),
            cilium("CiliumNode", "ciliumnodes", "Cluster"));

    private static String cilium(String kind, String plural, String scope) {
        return """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: %2$s.cilium.io}
                spec:
                  group: cilium.io
                  scope: %3$s
                  names: {plural: %2$s, singular: %4$s, kind: %1$s}
                  versions:
                    - name: v2
                      served: true
                      storage: true
                      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                """.formatted(kind, plural, scope, kind.toLowerCase(java.util.Locale.ROOT));
    }

    private final KubeApiServer server;

    private Cluster(KubeApiServer server) {
        this.server = server;
    }

    public static Cluster start(String name) {
        return new Cluster(KubeApiServer.start(name));
    }

    public KubeApiServer server() {
        return server;
    }

    public KubernetesClient admin() {
        return server.admin();
    }

    /** A connection with every right. */
    public KubernetesConnection connection() {
        return KubernetesConnection.open(Optional.of(server.kubeconfig()), Optional.of(server.name()));
    }

    /** One with the rights of a service account of namespace {@code default}, which must exist. */
    public KubernetesConnection connectionOf(String serviceAccount) {
        Path kubeconfig = server.kubeconfigOf("default", serviceAccount);
        return KubernetesConnection.open(Optional.of(kubeconfig), Optional.of(server.name()));
    }

    /** Makes the objects, their status too, as their controllers would. */
    public void create(String yaml) {
        for (HasMetadata item : items(yaml)) {
            HasMetadata made = admin().resource(item).create();
            writeStatus(item, made);
        }
    }

    /** Replaces the objects by these. */
    public void replace(String yaml) {
        for (HasMetadata item : items(yaml)) {
            item.getMetadata().setResourceVersion(null);
            HasMetadata made = admin().resource(item).forceConflicts().serverSideApply();
            writeStatus(item, made);
        }
    }

    /** Removes the objects at once; nobody is there to end pods gracefully. */
    public void delete(String yaml) {
        for (HasMetadata item : items(yaml)) {
            admin().resource(item).withGracePeriod(0).delete();
        }
    }

    /** Defines a kind and waits until it is served. */
    public void define(String crd) {
        create(crd);
        JsonNode spec = Serialization.unmarshal(crd, JsonNode.class).path("spec");
        String path = "/apis/%s/%s/%s"
                .formatted(
                        spec.path("group").asText(),
                        spec.at("/versions/0/name").asText(),
                        spec.at("/names/plural").asText());
        Awaitility.await(path + " is served").ignoreExceptions().until(() -> admin().raw(path) != null);
    }

    private void writeStatus(HasMetadata item, HasMetadata made) {
        // our CRDs have no status of their own; there it is a field like others
        if (!item.getApiVersion().startsWith("cilium.io/")
                && Serialization.asJson(item).contains("\"status\":")) {
            item.getMetadata().setResourceVersion(made.getMetadata().getResourceVersion());
            admin().resource(item).updateStatus();
        }
    }

    private List<HasMetadata> items(String yaml) {
        return admin().load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .items();
    }

    /** Writes to the API server's etcd behind its back; nothing but a test with the API server down should. */
    public void inEtcd(List<Txn.Op> changes) {
        try (KvStore store =
                EtcdKvStore.connect(EtcdTarget.plaintext(server.etcd().endpoint()), Clock.system())) {
            for (int from = 0; from < changes.size(); from += 100) {
                store.commit(new Txn(
                        List.of(), new ArrayList<>(changes.subList(from, Math.min(changes.size(), from + 100)))));
            }
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
