package io.clustermesh.identity;

import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IdentityRange;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.admin.AdminListeners;
import io.clustermesh.store.config.EtcdSettings;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.etcd.EtcdTarget;
import java.time.Duration;

/**
 * The allocator's configuration.
 *
 * <pre>{@code
 * cluster: {name: west, id: 1, meshSize: 255}
 * etcd: {endpoint: "https://127.0.0.1:2378", trust: ../pki/ca.crt, certificate: ../pki/admin.crt, key: ../pki/admin.key}
 * admin: {socket: ../run/identity-allocator.sock}
 * health: {listen: 127.0.0.1:9881}   # off if left out
 * allocator: {user: identity-allocator, leaseTtl: 15m, verifyInterval: 5m, collectInterval: 15m}   # all optional
 * }</pre>
 *
 * @param cluster whose pods get identities
 * @param range the identities that it may give
 * @param user last part of its slave keys, of its own among those who allocate in this etcd
 * @param timing intervals
 * @param wiring what it connects to
 */
record AllocatorConfig(ClusterName cluster, IdentityRange range, String user, Timing timing, Wiring wiring) {

    /**
     * @param leaseTtl how long an allocator may be away before its identities count as unused; Cilium's is 15 min
     * @param verifyInterval between looks at all keys; Cilium's is 5 min
     * @param collectInterval between rounds of collecting unused identities, two of which remove one; Cilium's is 15 min
     */
    record Timing(Duration leaseTtl, Duration verifyInterval, Duration collectInterval) {
        Timing {
            if (leaseTtl.toSeconds() < 1 || verifyInterval.isNegative() || collectInterval.isNegative()) {
                throw new IllegalArgumentException(
                        "leaseTtl %s is under a second, or an interval is negative".formatted(leaseTtl));
            }
        }

        static final Timing DEFAULT = new Timing(Duration.ofMinutes(15), Duration.ofMinutes(5), Duration.ofMinutes(15));
    }

    /**
     * @param etcd the cluster's etcd
     * @param admin where it tells of itself
     */
    record Wiring(EtcdTarget etcd, AdminListeners admin) {}

    /** @throws IllegalArgumentException for a user that would not be the last part of a key */
    AllocatorConfig {
        if (user.isEmpty() || user.indexOf('/') >= 0) {
            throw new IllegalArgumentException("allocator.user \"%s\" must be a name without '/'".formatted(user));
        }
    }

    static AllocatorConfig read(Settings settings) {
        return settings.into(() -> {
            ClusterName cluster = settings.parsed("cluster.name", "west", ClusterName::new);
            ClusterId id = new ClusterId(settings.integer("cluster.id", 1, ClusterId.MAX));
            MeshSize size =
                    settings.parsed("cluster.meshSize", "255", "255", text -> MeshSize.of(Integer.parseInt(text)));
            if (id.value() > size.maxClusters()) {
                settings.mistake(
                        "cluster.id",
                        "is %s, but the mesh holds %d clusters".formatted(id, size.maxClusters()),
                        "choose a lower id, or cluster.meshSize: 511 in every cluster");
            }
            return new AllocatorConfig(
                    cluster,
                    IdentityRange.of(id, size),
                    settings.text("allocator.user", "identity-allocator"),
                    new Timing(
                            settings.duration("allocator.leaseTtl", Timing.DEFAULT.leaseTtl()),
                            settings.duration("allocator.verifyInterval", Timing.DEFAULT.verifyInterval()),
                            settings.duration("allocator.collectInterval", Timing.DEFAULT.collectInterval())),
                    new Wiring(EtcdSettings.read(settings, "etcd"), AdminListeners.readLocal(settings)));
        });
    }
}
