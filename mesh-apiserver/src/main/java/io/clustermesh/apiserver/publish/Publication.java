package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.CiliumEndpoint;
import io.clustermesh.apiserver.source.CiliumIdentity;
import io.clustermesh.apiserver.source.CiliumNode;
import io.clustermesh.apiserver.source.KubeEndpointSlice;
import io.clustermesh.apiserver.source.KubeNamespace;
import io.clustermesh.apiserver.source.KubeNode;
import io.clustermesh.apiserver.source.KubeObject;
import io.clustermesh.apiserver.source.KubePod;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.apiserver.source.KubeServiceExport;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.apiserver.source.SourceChange;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.model.ServiceName;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Everything that a cluster publishes, as a function of its objects and of the identities that exist. No I/O; owned by
 * one thread.
 *
 * <p>Changes are {@linkplain #absorb absorbed} as they come and only mark what they touch; {@link #settle} then looks
 * once at each touched thing and answers with the keys that must change. So a burst costs what its end state costs,
 * and a service is never seen with half of its slices.
 */
public final class Publication {

    private final OwnCluster cluster;
    private final Namespaces namespaces;
    private final NodeTable nodes;
    private final ServiceTable services;
    private final PodTable pods;
    private final Desired desired;

    /** @param onWarning hears of each warning when it comes up, on the calling thread */
    public Publication(OwnCluster cluster, Consumer<Warning> onWarning) {
        this.cluster = cluster;
        namespaces = new Namespaces(cluster.exports().everyNamespace());
        nodes = new NodeTable(cluster);
        services = new ServiceTable(cluster, namespaces);
        pods = new PodTable(cluster, namespaces, nodes);
        desired = new Desired(onWarning);
    }

    /** Takes in a change of an object. */
    public void absorb(SourceChange change) {
        switch (change) {
            case SourceChange.Upsert(KubeObject object) -> upsert(object);
            case SourceChange.Delete(ObjectKey key) -> delete(key);
        }
    }

    /**
     * Takes in an identity of the kvstore.
     *
     * @param labels its label string, empty if the identity is gone
     */
    public void absorb(NumericIdentity identity, Optional<String> labels) {
        if (cluster.identities().contains(identity)) {
            pods.identity(identity, labels);
        } else if (labels.isPresent() && !identity.isReserved()) {
            desired.warn(
                    "identity " + identity,
                    List.of(new Warning(
                            "identity " + identity,
                            "ForeignIdentity",
                            "lies outside this cluster's range %s..%s and is not used; check cluster id and meshSize of whoever allocates"
                                    .formatted(
                                            cluster.identities().first(),
                                            cluster.identities().last()))));
        }
    }

    /** The clusters of the mesh, as far as they are known; the own one is always. */
    public void clusters(Set<ClusterName> known) {
        Set<ClusterName> all = new TreeSet<>(known);
        all.add(cluster.name());
        services.known(all);
    }

    /** Looks at everything touched; the keys that must change. */
    public List<Edit> settle() {
        return settle(EnumSet.allOf(Part.class));
    }

    /** Looks at everything touched of {@code parts}; the rest waits. Exports are looked at with the services. */
    List<Edit> settle(Set<Part> parts) {
        if (parts.contains(Part.NODES)) {
            nodes.settle(desired);
        }
        if (parts.contains(Part.SERVICES)) {
            services.settle(desired);
        }
        if (parts.contains(Part.PODS)) {
            pods.settle(desired);
        }
        return desired.drain();
    }

    /** Label sets in use that have no identity yet. */
    public int waitingForIdentity() {
        return pods.waiting();
    }

    /** How much is published. */
    public PublishedCounts counts() {
        return new PublishedCounts(
                desired.count(Topic.NODES),
                desired.count(Topic.MESH_SERVICES),
                desired.count(Topic.SERVICES),
                desired.count(Topic.ENDPOINT_SLICES),
                desired.count(Topic.SERVICE_EXPORTS),
                desired.count(Topic.IPS),
                desired.count(Topic.LABEL_SETS),
                pods.identityCount());
    }

    private void upsert(KubeObject object) {
        switch (object) {
            case KubeNamespace namespace -> {
                namespaces.upsert(namespace);
                touchNamespace(namespace.meta().name());
            }
            case CiliumIdentity identity -> pods.upsert(identity);
            case CiliumEndpoint endpoint -> pods.upsert(endpoint);
            case CiliumNode node -> {
                nodes.upsert(node);
                pods.touchNode(node.meta().name());
            }
            case KubeNode node -> {
                nodes.upsert(node);
                pods.touchNode(node.meta().name());
            }
            case KubeService service -> services.upsert(service);
            case KubeEndpointSlice slice -> services.upsert(slice);
            case KubePod pod -> pods.upsert(pod);
            case KubeServiceExport export -> services.upsert(export);
        }
    }

    private void delete(ObjectKey key) {
        switch (key.kind()) {
            case NAMESPACE -> {
                namespaces.delete(key.name());
                touchNamespace(key.name());
            }
            case NODE -> {
                nodes.delete(key.name());
                pods.touchNode(key.name());
            }
            case CILIUM_NODE -> {
                nodes.deleteCilium(key.name());
                pods.touchNode(key.name());
            }
            case CILIUM_IDENTITY -> pods.deleteIdentity(key);
            case CILIUM_ENDPOINT -> pods.deleteEndpoint(key);
            case SERVICE -> services.deleteService(new ServiceName(key.namespace(), key.name()));
            case ENDPOINT_SLICE -> services.deleteSlice(key);
            case POD -> pods.delete(key);
            case SERVICE_EXPORT -> services.deleteExport(new ServiceName(key.namespace(), key.name()));
        }
    }

    private void touchNamespace(String name) {
        services.touchNamespace(name);
        pods.touchNamespace(name);
        desired.warn("Namespace " + name, namespaces.warnings(name));
    }
}
