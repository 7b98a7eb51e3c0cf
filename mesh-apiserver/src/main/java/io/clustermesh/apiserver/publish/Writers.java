package io.clustermesh.apiserver.publish;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.lead.Term;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.sync.SyncStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The writers behind the publisher, each with a virtual thread of its own, so that a flood of one kind of key does not
 * hold up another. Both records of a service go through one writer, hence in one transaction.
 */
final class Writers implements AutoCloseable {

    private final Term term;
    private final SyncStore nodes;
    private final SyncStore services;
    private final SyncStore endpointSlices;
    private final SyncStore serviceExports;
    private final SyncStore labelSets;
    private final SyncStore ips;
    /**
     * Without a prefix of its own, since the identity-allocator's identities lie under the same one: it writes Cilium's
     * identities, if there are any, and the canary. What an earlier run left goes with its lease.
     */
    private final SyncStore identities;

    /**
     * @param term while it lasts they write
     * @param acknowledged told each key that the store has taken, on a writer's thread; must not block
     */
    Writers(OwnCluster own, KvStore store, Term term, Consumer<String> acknowledged, Clock clock) {
        this.term = term;
        ClusterName cluster = own.name();
        Starter starter = (name, topics, canary) -> SyncStore.start(
                SyncStore.Options.of(
                                "publish-" + name,
                                topics.stream()
                                        .map(topic -> topic.prefix(cluster))
                                        .toList(),
                                canary.map(resource -> resource.stateCanary(cluster)))
                        .withLeaseTtl(own.exports().leaseTtl())
                        .fencedBy(term.guard()),
                store,
                acknowledged,
                clock);
        nodes = starter.start("nodes", List.of(Topic.NODES), Optional.of(Resource.NODES));
        services =
                starter.start("services", List.of(Topic.SERVICES, Topic.MESH_SERVICES), Optional.of(Resource.SERVICES));
        endpointSlices =
                starter.start("endpoint-slices", List.of(Topic.ENDPOINT_SLICES), Optional.of(Resource.ENDPOINT_SLICES));
        serviceExports =
                starter.start("service-exports", List.of(Topic.SERVICE_EXPORTS), Optional.of(Resource.SERVICE_EXPORTS));
        labelSets = starter.start("label-sets", List.of(Topic.LABEL_SETS), Optional.empty());
        ips = starter.start("ips", List.of(Topic.IPS), Optional.of(Resource.IPS));
        identities = starter.start("identities", List.of(), Optional.of(Resource.IDENTITIES));
    }

    Term term() {
        return term;
    }

    private interface Starter {
        SyncStore start(String name, List<Topic> topics, Optional<Resource> canary);
    }

    void write(Edit edit) {
        SyncStore writer = switch (edit.topic()) {
            case NODES -> nodes;
            case SERVICES, MESH_SERVICES -> services;
            case ENDPOINT_SLICES -> endpointSlices;
            case SERVICE_EXPORTS -> serviceExports;
            case IDENTITIES -> identities;
            case LABEL_SETS -> labelSets;
            case IPS -> ips;
        };
        edit.value().ifPresentOrElse(value -> writer.upsert(edit.key(), value), () -> writer.delete(edit.key()));
    }

    /** Everything of {@code part} that needs no identity has been said once. */
    void complete(Part part) {
        switch (part) {
            case NODES -> nodes.markSynced();
            case SERVICES -> {
                services.markSynced();
                endpointSlices.markSynced();
            }
            case EXPORTS -> serviceExports.markSynced();
            case PODS -> labelSets.markSynced();
        }
    }

    /** Identities are there, and the addresses that use them have been said once. */
    void addressesComplete() {
        identities.markSynced();
        ips.markSynced();
    }

    boolean synced() {
        return all().values().stream().allMatch(writer -> writer.status().synced());
    }

    Map<String, SyncStore.Status> status() {
        Map<String, SyncStore.Status> status = new TreeMap<>();
        all().forEach((name, writer) -> status.put(name, writer.status()));
        return status;
    }

    private Map<String, SyncStore> all() {
        return Map.of(
                "nodes", nodes,
                "services", services,
                "endpoint-slices", endpointSlices,
                "service-exports", serviceExports,
                "label-sets", labelSets,
                "ips", ips,
                "identities", identities);
    }

    /** Stops writing; what is written stays, for the next leader or until the leases run out. */
    @Override
    public void close() {
        all().values().forEach(SyncStore::close);
    }
}
