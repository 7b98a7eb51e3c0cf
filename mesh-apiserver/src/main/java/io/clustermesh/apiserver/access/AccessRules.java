package io.clustermesh.apiserver.access;

import io.clustermesh.apiserver.access.Role.Kind;
import io.clustermesh.apiserver.cache.KeySpan;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import java.util.List;
import java.util.Optional;

/**
 * The table of roles: (anchor, common name) → ranges.
 *
 * <table>
 * <caption>Roles of a cluster</caption>
 * <tr><th>anchor</th><th>common name</th><th>may read</th></tr>
 * <tr><td>own CA</td><td>{@code admin-<own>}</td><td>everything</td></tr>
 * <tr><td>own CA</td><td>{@code local-<own>}</td><td>heartbeat, mirrored data, cluster configs, canaries, our own
 * prefix, the own pods' addresses</td></tr>
 * <tr><td>own CA</td><td>{@code remote}, {@code remote-<any>}</td><td>as a peer</td></tr>
 * <tr><td>CA of peer X</td><td>{@code remote-<X>}</td><td>heartbeat, what this cluster publishes, its config, its
 * canaries</td></tr>
 * </table>
 *
 * <p>The ranges are those of Cilium's {@code etcdinit}, with {@code clustermesh/} and the own pods' addresses (which Cilium's agents
 * have from Kubernetes) added for own agents.
 */
public final class AccessRules {

    /** Read by Cilium up to 1.16 before the cluster config; refusing it would fail the connection. */
    private static final KeySpan HAS_CLUSTER_CONFIG = KeySpan.key("cilium/.has-cluster-config");

    /** What {@code etcdctl endpoint health} reads; there is no such key, so that anybody may know. */
    private static final KeySpan HEALTH = KeySpan.key("health");

    private static final KeySpan HEARTBEAT = KeySpan.prefix(Keys.HEARTBEAT);

    private final ClusterName own;

    /** @param own the cluster whose data is served */
    public AccessRules(ClusterName own) {
        this.own = own;
    }

    /** The role of a certificate named {@code commonName} that comes from {@code anchor}, if there is one. */
    public Optional<Role> role(Anchor anchor, String commonName) {
        return switch (anchor) {
            case Anchor.Own _ -> ofOwn(commonName);
            case Anchor.Peer(ClusterName peer) ->
                commonName.equals("remote-" + peer) ? Optional.of(remote(commonName)) : Optional.empty();
        };
    }

    private Optional<Role> ofOwn(String commonName) {
        if (commonName.equals("admin-" + own)) {
            return Optional.of(admin(commonName));
        }
        if (commonName.equals("local-" + own)) {
            return Optional.of(local(commonName));
        }
        return commonName.equals("remote") || commonName.startsWith("remote-")
                ? Optional.of(remote(commonName))
                : Optional.empty();
    }

    /** The role of a client without a certificate, for a listener that nobody else can reach. */
    public Role role(Kind kind) {
        return switch (kind) {
            case ADMIN -> admin("admin-" + own);
            case LOCAL -> local("local-" + own);
            case REMOTE -> remote("remote");
        };
    }

    private static Role admin(String user) {
        return new Role(Kind.ADMIN, user, List.of(KeySpan.prefix("")));
    }

    private static Role local(String user) {
        return new Role(
                Kind.LOCAL,
                user,
                List.of(
                        HEARTBEAT,
                        KeySpan.prefix(Keys.CACHE),
                        KeySpan.prefix(Keys.CLUSTER_CONFIGS),
                        KeySpan.prefix(Keys.SYNCED),
                        KeySpan.prefix(Keys.OURS),
                        KeySpan.prefix(Keys.IPS),
                        HAS_CLUSTER_CONFIG,
                        HEALTH));
    }

    private Role remote(String user) {
        return new Role(
                Kind.REMOTE,
                user,
                List.of(
                        HEARTBEAT,
                        KeySpan.prefix(Keys.STATE),
                        KeySpan.key(Keys.clusterConfig(own)),
                        KeySpan.prefix(Keys.syncedPrefix(own)),
                        HAS_CLUSTER_CONFIG,
                        HEALTH));
    }
}
