package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.CiliumEndpoint;
import io.clustermesh.apiserver.source.CiliumIdentity;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.model.Keys;
import io.clustermesh.model.LabelSet;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Cilium, where it runs, says of pods: their identities are its own then, and published as they are (as its own
 * clustermesh-apiserver does), and no label set asks our allocator for another. Owned by one thread.
 */
final class CiliumPods {

    private final OwnCluster cluster;
    private final Map<ObjectKey, CiliumIdentity> identities = new HashMap<>();
    private final Map<ObjectKey, CiliumEndpoint> endpoints = new HashMap<>();
    private final Set<ObjectKey> touched = new LinkedHashSet<>();
    private final Map<ObjectKey, String> published = new HashMap<>();

    CiliumPods(OwnCluster cluster) {
        this.cluster = cluster;
    }

    /** Whether Cilium allocates this cluster's identities: it has some as soon as it has its first pod. */
    boolean present() {
        return !identities.isEmpty();
    }

    void upsert(CiliumIdentity identity) {
        identities.put(identity.key(), identity);
        touched.add(identity.key());
    }

    void deleteIdentity(ObjectKey key) {
        identities.remove(key);
        touched.add(key);
    }

    void upsert(CiliumEndpoint endpoint) {
        endpoints.put(endpoint.pod(), endpoint);
    }

    void deleteEndpoint(ObjectKey pod) {
        endpoints.remove(pod);
    }

    /** What Cilium says of {@code pod}. */
    Optional<CiliumEndpoint> of(ObjectKey pod) {
        return Optional.ofNullable(endpoints.get(pod));
    }

    /** The pods of which Cilium says something. */
    Set<ObjectKey> pods() {
        return endpoints.keySet();
    }

    int count() {
        return identities.size();
    }

    /** Looks at every touched identity again. */
    void settle(Desired desired) {
        for (ObjectKey key : touched) {
            Optional<CiliumIdentity> identity = Optional.ofNullable(identities.get(key));
            Optional<String> obstacle = identity.flatMap(this::obstacle);
            Optional<CiliumIdentity> good = obstacle.isEmpty() ? identity : Optional.empty();
            String before = published.get(key);
            String kvstoreKey = good.map(it -> Keys.identity(it.identity())).orElse(before);
            if (kvstoreKey != null) {
                desired.set(new Edit(
                        Topic.IDENTITIES,
                        kvstoreKey,
                        good.map(it -> it.labels().toLabelString().getBytes(StandardCharsets.UTF_8)),
                        Optional.empty()));
            }
            if (good.isPresent() && kvstoreKey != null) {
                published.put(key, kvstoreKey);
            } else {
                published.remove(key);
            }
            desired.warn(
                    key.toString(),
                    obstacle.map(text -> new Warning(key.toString(), "ForeignIdentity", text)).stream()
                            .toList());
        }
        touched.clear();
    }

    /** What peers would refuse it for, since they check the same. */
    private Optional<String> obstacle(CiliumIdentity identity) {
        if (!cluster.identities().contains(identity.identity())) {
            return Optional.of("lies outside this cluster's range %s..%s and is not published; give Cilium the same"
                            .formatted(
                                    cluster.identities().first(),
                                    cluster.identities().last())
                    + " cluster id and max-connected-clusters as the mesh has");
        }
        String named = identity.labels().labels().getOrDefault("k8s:" + LabelSet.CLUSTER_LABEL, "");
        return named.equals(cluster.name().value())
                ? Optional.empty()
                : Optional.of("belongs to cluster \"%s\" and is not published; give Cilium the cluster name \"%s\""
                        .formatted(named, cluster.name()));
    }
}
