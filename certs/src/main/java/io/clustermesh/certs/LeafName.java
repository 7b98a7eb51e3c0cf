package io.clustermesh.certs;

import io.clustermesh.model.ClusterName;
import java.util.List;

/** The leaves of one cluster, each a pair of files in its {@code pki} folder. */
public enum LeafName {
    /** The cluster's own etcd, towards its clients and its members. */
    ETCD_SERVER("etcd-server"),
    /** mesh-apiserver, towards agents and peers. */
    SERVER("server"),
    /** mesh-apiserver and identity-allocator, towards etcd and, to read everything, mesh-apiserver. */
    ADMIN("admin"),
    /** Agents, towards their own mesh-apiserver. */
    LOCAL("local"),
    /** Our mirror, towards the peers' mesh-apiservers. */
    REMOTE("remote");

    /**
     * A name that only {@link #ADMIN} holds. etcd can tell clients apart by such a name alone ({@code
     * --client-cert-allowed-hostname}), and every leaf of the cluster is signed by the one CA.
     */
    public static final String ADMIN_DNS = "admin.clustermesh.internal";

    private static final AlternativeNames ADMIN_NAMES = new AlternativeNames(List.of(ADMIN_DNS), List.of());

    private final String file;

    LeafName(String file) {
        this.file = file;
    }

    /** File name without its ending. */
    public String file() {
        return file;
    }

    /** The common name: for clients {@code <role>-<cluster>}, as Cilium names its etcd users. */
    public String commonName(ClusterName cluster) {
        return switch (this) {
            case ETCD_SERVER -> "etcd-server." + cluster;
            case SERVER -> "clustermesh-apiserver." + cluster;
            case ADMIN, LOCAL, REMOTE -> file + "-" + cluster;
        };
    }

    /** What the leaf of {@code cluster} shall say; only servers take {@code serverNames}. */
    public LeafRequest request(ClusterName cluster, AlternativeNames serverNames) {
        return switch (this) {
            case ETCD_SERVER ->
                new LeafRequest(
                        commonName(cluster),
                        AlternativeNames.LOOPBACK.and(serverNames),
                        LeafUsage.SERVER_AND_CLIENT,
                        LeafRequest.DEFAULT_VALIDITY);
            case SERVER -> LeafRequest.server(commonName(cluster), AlternativeNames.LOOPBACK.and(serverNames));
            case ADMIN ->
                new LeafRequest(commonName(cluster), ADMIN_NAMES, LeafUsage.CLIENT, LeafRequest.DEFAULT_VALIDITY);
            case LOCAL, REMOTE -> LeafRequest.client(commonName(cluster));
        };
    }
}
