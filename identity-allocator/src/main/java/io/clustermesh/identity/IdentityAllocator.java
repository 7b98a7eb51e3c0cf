package io.clustermesh.identity;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.store.admin.AdminServer;
import io.clustermesh.store.admin.View;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Metrics;
import io.clustermesh.store.sync.Freshness;
import io.clustermesh.store.sync.Reflector;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The process: watches the label sets of its cluster and gives each an identity. */
public final class IdentityAllocator {

    private IdentityAllocator() {}

    /**
     * Starts it and returns; the life cycle owns everything. It starts without etcd too, and waits for it.
     *
     * @throws io.clustermesh.store.config.ConfigException with every mistake of the settings
     */
    public static void start(Settings settings, Lifecycle lifecycle) {
        AllocatorConfig config = AllocatorConfig.read(settings);
        KvStore store =
                lifecycle.own("etcd", EtcdKvStore.connect(config.wiring().etcd(), lifecycle.clock()));
        Metrics metrics = lifecycle.own("metrics", new Metrics());
        Parts parts = startParts(config, store, lifecycle, metrics, RandomGenerator.getDefault());
        lifecycle.own(
                "admin", AdminServer.start(config.wiring().admin(), parts.health(), metrics, parts.views(config)));
    }

    /** The agent before its reflectors: they fill its mailbox, and closing goes the other way round. */
    static Parts startParts(
            AllocatorConfig config, KvStore store, Lifecycle lifecycle, Metrics metrics, RandomGenerator random) {
        AllocatorAgent agent =
                new AllocatorAgent(config, store, lifecycle.clock(), random, metrics.meter("identity-allocator"));
        lifecycle.run(agent);
        Reflector masters = lifecycle.own(
                "master keys",
                Reflector.start(
                        "master keys", store, KeyRange.prefix(Keys.IDENTITY_IDS), agent::onMasters, lifecycle.clock()));
        Reflector wanted = lifecycle.own(
                "label sets",
                Reflector.start(
                        "label sets",
                        store,
                        KeyRange.prefix(Keys.labelSets(config.cluster())),
                        agent::onWanted,
                        lifecycle.clock()));
        return new Parts(agent, masters, wanted);
    }

    /** What runs, for status and tests. */
    record Parts(AllocatorAgent agent, Reflector masters, Reflector wanted) {

        Health health() {
            Health health = new Health();
            health.readiness(
                    "etcd",
                    () -> masters.freshness().connected() && wanted.freshness().connected()
                            ? Health.up()
                            : Health.down("no watch stands; see /v1/status for the last failure"));
            health.readiness(
                    "allocator",
                    () -> agent.status().phase() == AllocatorStatus.Phase.READY
                            ? Health.up()
                            : Health.down("still reading what is in the kvstore"));
            return health;
        }

        Map<String, View> views(AllocatorConfig config) {
            return Map.of(
                    "/v1/status", query -> StatusView.of(config, this),
                    "/v1/identities", query -> agent.status().identities());
        }
    }

    /** What {@code /v1/status} shows. */
    record StatusView(
            ClusterName cluster,
            AllocatorStatus.Phase phase,
            AllocatorStatus.Counts counts,
            List<AllocatorStatus.Trouble> troubles,
            AllocatorStatus.Upkeep upkeep,
            Map<String, Freshness> watches) {

        static StatusView of(AllocatorConfig config, Parts parts) {
            AllocatorStatus status = parts.agent().status();
            return new StatusView(
                    config.cluster(),
                    status.phase(),
                    status.counts(),
                    status.troubles(),
                    status.upkeep(),
                    Map.of(
                            "labelSets", parts.wanted().freshness(),
                            "masterKeys", parts.masters().freshness()));
        }
    }
}
