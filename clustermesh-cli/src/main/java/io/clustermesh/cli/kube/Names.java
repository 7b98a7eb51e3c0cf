package io.clustermesh.cli.kube;

/** The names of our objects in a cluster; where Cilium has the like, as Cilium's. */
public final class Names {

    /** The namespace, unless told otherwise. */
    public static final String NAMESPACE = "clustermesh";

    /** Who owns the fields that we write (server-side apply). */
    public static final String FIELD_MANAGER = "clustermesh-cli";

    /** ConfigMap with {@link #CLUSTER_FILE}. */
    public static final String CONFIG = "clustermesh-config";

    /** Key: who the cluster is. */
    public static final String CLUSTER_FILE = "cluster.yaml";

    /** ConfigMap: what "enable" made. */
    public static final String INVENTORY = "clustermesh-inventory";

    /** Secret: the cluster's CA, {@code ca.crt} and {@code ca.key}. */
    public static final String CA = "clustermesh-ca";

    /** Secret: one connection file for each peer, with its certificates beside it. */
    public static final String PEERS = "cilium-clustermesh";

    /** Secret: CAs of peers that may read us, {@code <peer>.crt}. */
    public static final String TRUST = "clustermesh-trust";

    /** Secret: join tokens that were made here or used here. */
    public static final String TOKENS = "clustermesh-tokens";

    /** Service and Deployment of mesh-apiserver. */
    public static final String APISERVER = "clustermesh-apiserver";

    /** Secret: the administrator's certificate. */
    public static final String ADMIN_CERT = "clustermesh-apiserver-admin-cert";

    /** Secret: our mirror's certificate, towards peers. */
    public static final String REMOTE_CERT = "clustermesh-apiserver-remote-cert";

    /** Secret: mesh-apiserver's own certificate. */
    public static final String SERVER_CERT = "clustermesh-apiserver-server-cert";

    /** Secret: the agents' certificate. */
    public static final String LOCAL_CERT = "clustermesh-apiserver-local-cert";

    /** Secret: etcd's certificate. */
    public static final String ETCD_CERT = "clustermesh-etcd-server-cert";

    /** Port of the etcd API. */
    public static final int ETCD_PORT = 2379;

    /** Port of the admin API. */
    public static final int ADMIN_PORT = 9879;

    private Names() {}
}
