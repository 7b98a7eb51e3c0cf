package io.clustermesh.model;

/**
 * Every key of the kvstore, in one place.
 *
 * <p>{@code cilium/...} is Cilium's schema (its {@code pkg/kvstore} and {@code pkg/clustermesh}); {@code
 * clustermesh/...} is ours, which Cilium ignores. Prefixes that are listed or watched end with a slash.
 */
public final class Keys {

    public static final String HEARTBEAT = "cilium/.heartbeat";
    public static final String CILIUM = "cilium/";
    public static final String OURS = "clustermesh/";
    public static final String STATE = "cilium/state/";
    public static final String CACHE = "cilium/cache/";
    public static final String CLUSTER_CONFIGS = "cilium/cluster-config/";
    public static final String SYNCED = "cilium/synced/";

    public static final String IDENTITY_IDS = "cilium/state/identities/v1/id/";
    public static final String IDENTITY_VALUES = "cilium/state/identities/v1/value/";
    public static final String IDENTITY_LOCKS = "cilium/state/identities/v1/locks/";
    public static final String IPS = "cilium/state/ip/v1/default/";

    public static final String CACHED_SERVICES = "cilium/cache/services/v1/";
    public static final String CACHED_IPS = "cilium/cache/ip/v1/";
    public static final String CACHED_NODES = "cilium/cache/nodes/v1/";
    public static final String CACHED_IDENTITIES = "cilium/cache/identities/v1/";
    public static final String CACHED_ENDPOINT_SLICES = "cilium/cache/endpointslices/v1/";
    public static final String CACHED_SERVICE_EXPORTS = "cilium/cache/serviceexports/v1/";

    private Keys() {}

    /** The resources that a cluster publishes and a peer mirrors. */
    public enum Resource {
        NODES("nodes/v1"),
        SERVICES("services/v1"),
        IDENTITIES("identities/v1"),
        IPS("ip/v1"),
        ENDPOINT_SLICES("endpointslices/v1"),
        SERVICE_EXPORTS("serviceexports/v1");

        private final String path;

        Resource(String path) {
            this.path = path;
        }

        /** The part of the key that names the resource, for example {@code nodes/v1}. */
        public String path() {
            return path;
        }

        /** What a peer watches in {@code cluster}'s own store. */
        public String statePrefix(ClusterName cluster) {
            return switch (this) {
                case NODES, SERVICES, ENDPOINT_SLICES, SERVICE_EXPORTS -> STATE + path + "/" + cluster + "/";
                case IDENTITIES -> IDENTITY_IDS;
                case IPS -> Keys.IPS;
            };
        }

        /** Where a mirror puts the same keys: the cluster replaces {@code default}, and stands before {@code id}. */
        public String cachePrefix(ClusterName cluster) {
            String scoped = CACHE + path + "/" + cluster + "/";
            return this == IDENTITIES ? scoped + "id/" : scoped;
        }

        /** Everything that a mirror keeps of {@code cluster} for this resource. */
        public String drainPrefix(ClusterName cluster) {
            return CACHE + path + "/" + cluster + "/";
        }

        /** The canary that says that {@code cluster} has published all of this resource. */
        public String stateCanary(ClusterName cluster) {
            return SYNCED + cluster + "/" + STATE + path;
        }

        /** The canary of a mirror. */
        public String cacheCanary(ClusterName cluster) {
            return SYNCED + cluster + "/" + CACHE + path;
        }
    }

    /** Where {@code cluster} describes itself. */
    public static String clusterConfig(ClusterName cluster) {
        return CLUSTER_CONFIGS + cluster;
    }

    /** All canaries about {@code cluster}. */
    public static String syncedPrefix(ClusterName cluster) {
        return SYNCED + cluster + "/";
    }

    public static String node(ClusterName cluster, String node) {
        return STATE + "nodes/v1/" + cluster + "/" + node;
    }

    public static String service(ClusterName cluster, ServiceName service) {
        return STATE + "services/v1/" + cluster + "/" + service;
    }

    /**
     * @param slice name of an EndpointSlice in {@code namespace}, not of its Service
     */
    public static String endpointSlice(ClusterName cluster, String namespace, String slice) {
        return STATE + "endpointslices/v1/" + cluster + "/" + namespace + "/" + slice;
    }

    public static String serviceExport(ClusterName cluster, ServiceName service) {
        return STATE + "serviceexports/v1/" + cluster + "/" + service;
    }

    public static String ip(IpAddress ip) {
        return IPS + ip;
    }

    /** The master key of an identity. */
    public static String identity(NumericIdentity identity) {
        return IDENTITY_IDS + identity;
    }

    /** A cluster's services as its own agents see them: {@link MeshService} records. */
    public static String meshServices(ClusterName cluster) {
        return OURS + "state/services/v1/" + cluster + "/";
    }

    public static String meshService(ClusterName cluster, ServiceName service) {
        return meshServices(cluster) + service;
    }

    /**
     * Label sets that want an identity: one key for each set in use, its value the label string. The publisher writes
     * them, the identity-allocator answers with {@link #IDENTITY_IDS}.
     */
    public static String labelSets(ClusterName cluster) {
        return OURS + "state/labels/v1/" + cluster + "/";
    }

    /** What {@code cluster}'s operators drain: {@link Drain} records. */
    public static String drains(ClusterName cluster) {
        return OURS + "state/drains/v1/" + cluster + "/";
    }

    /** Below the drained cluster's name: {@code cluster}, or {@code node/<node>}. */
    public static String drain(ClusterName cluster, Drain.Target target) {
        String what = target.wholeCluster() ? "cluster" : "node/" + target.node();
        return drains(cluster) + target.cluster() + "/" + what;
    }
}
