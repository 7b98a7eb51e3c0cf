package io.clustermesh.nodesync.view;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.model.ServiceName;
import io.clustermesh.nodesync.agent.ServiceKeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the tables back into a {@link LoadBalancer}. Runs on the agent's thread. */
public final class LoadBalancerReader {

    private final String dataPlane;

    /** @param dataPlane which kind, for the reader of the view */
    public LoadBalancerReader(String dataPlane) {
        this.dataPlane = dataPlane;
    }

    /** Every frontend that the tables hold. */
    public LoadBalancer read(ServiceKeeper keeper, Instant now) {
        List<LoadBalancer.Frontend> frontends = new ArrayList<>();
        new TreeMap<>(keeper.tables().services())
                .forEach((key, entry) -> frontends.add(frontend(keeper, key, entry, now)));
        return new LoadBalancer(dataPlane, frontends);
    }

    /** The frontends of one service. */
    LoadBalancer read(ServiceKeeper keeper, Instant now, ServiceName service) {
        List<LoadBalancer.Frontend> frontends = new ArrayList<>();
        for (FrontendKey key : keeper.frontends(service)) {
            keeper.tables().service(key).ifPresent(entry -> frontends.add(frontend(keeper, key, entry, now)));
        }
        return new LoadBalancer(dataPlane, frontends);
    }

    private static LoadBalancer.Frontend frontend(
            ServiceKeeper keeper, FrontendKey key, ServiceEntry entry, Instant now) {
        ServiceTables tables = keeper.tables();
        PolicyWord word = tables.policy(entry.serviceId());
        double[] shares = shares(tables, entry, word);
        List<LoadBalancer.Slot> slots = new ArrayList<>();
        for (int number = 0; number < entry.slots().size(); number++) {
            ServiceEntry.Slot slot = entry.slots().get(number);
            if (slot.tableSize() > 0) {
                slots.add(new LoadBalancer.Slot(
                        number,
                        cluster(keeper, slot.clusterId()),
                        new LoadBalancer.Policy(word.tier(number), word.weight(number), shares[number]),
                        new LoadBalancer.Table(slot.tableBase(), slot.tableSize()),
                        backends(keeper, slot)));
            }
        }
        Optional<ServiceName> owner = keeper.owner(key);
        return new LoadBalancer.Frontend(
                LoadBalancer.Endpoint.of(key.ip(), key.l4()),
                owner,
                owner.flatMap(keeper::changedAt)
                        .map(at -> Duration.between(at, now).toSeconds()),
                entry.serviceId(),
                slots);
    }

    private static List<LoadBalancer.Backend> backends(ServiceKeeper keeper, ServiceEntry.Slot slot) {
        Map<Integer, Integer> places = new TreeMap<>();
        for (int index : keeper.tables().readTable(slot.tableBase(), slot.tableSize())) {
            places.merge(index, 1, Integer::sum);
        }
        List<LoadBalancer.Backend> backends = new ArrayList<>();
        places.forEach((index, count) -> {
            Optional<BackendEntry> entry =
                    index < 1 || index >= keeper.tables().capacity().backends()
                            ? Optional.empty()
                            : keeper.tables().backend(index);
            backends.add(new LoadBalancer.Backend(
                    index,
                    entry.map(it -> LoadBalancer.Endpoint.of(it.ip(), it.l4())),
                    entry.map(BackendEntry::state),
                    entry.map(it -> cluster(keeper, it.clusterId())),
                    (double) count / slot.tableSize()));
        });
        backends.sort(Comparator.comparing(
                it -> it.address().map(LoadBalancer.Endpoint::text).orElse("")));
        return backends;
    }

    private static LoadBalancer.Cluster cluster(ServiceKeeper keeper, int id) {
        return new LoadBalancer.Cluster(
                id, keeper.clusterName(id), keeper.tables().isClusterDown(id));
    }

    /** Part of new connections for each slot: the best tier with a slot that is on takes all, by weight. */
    private static double[] shares(ServiceTables tables, ServiceEntry entry, PolicyWord word) {
        int count = entry.slots().size();
        double[] shares = new double[count];
        for (int tier = 0; tier < PolicyWord.TIERS; tier++) {
            int total = 0;
            for (int number = 0; number < count; number++) {
                total += live(tables, entry.slots().get(number), word, number, tier);
            }
            if (total > 0) {
                for (int number = 0; number < count; number++) {
                    shares[number] = (double) live(tables, entry.slots().get(number), word, number, tier) / total;
                }
                return shares;
            }
        }
        return shares;
    }

    private static int live(ServiceTables tables, ServiceEntry.Slot slot, PolicyWord word, int number, int tier) {
        boolean on = slot.tableSize() > 0 && word.tier(number) == tier && !tables.isClusterDown(slot.clusterId());
        return on ? word.weight(number) : 0;
    }
}
