package io.clustermesh.cli.kube;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The connection files in Cilium's Secret: under {@code <peer>} an etcd client's configuration, beside it the files that
 * it names. A key is one if it has endpoints, as Cilium decides it.
 */
public final class ConnectionFiles {

    /** Where Cilium's agents mount the Secret; whoever mounts it elsewhere finds the files beside the configuration. */
    public static final String MOUNT = "/var/lib/cilium/clustermesh/";

    private ConnectionFiles() {}

    /** The peers in {@code secret}, by name. */
    public static List<String> peers(SecretState secret) {
        return secret.data().entrySet().stream()
                .filter(entry -> entry.getValue().contains("endpoints:"))
                .map(Map.Entry::getKey)
                .map(key -> key.replaceAll("\\.ya?ml$", ""))
                .toList();
    }

    /**
     * What makes {@code peer} a peer.
     *
     * @param endpoint {@code https://host:port}
     * @param caPem the CA that its server's certificate comes from
     * @param certificatePem what we show it
     * @param keyPem the key of that
     */
    public static Map<String, String> entry(
            String peer, String endpoint, String caPem, String certificatePem, String keyPem) {
        Map<String, String> entry = new LinkedHashMap<>();
        entry.put(peer, """
                endpoints:
                - %s
                trusted-ca-file: %s
                cert-file: %s
                key-file: %s
                """.formatted(endpoint, MOUNT + ca(peer), MOUNT + certificate(peer), MOUNT + key(peer)));
        entry.put(ca(peer), caPem);
        entry.put(certificate(peer), certificatePem);
        entry.put(key(peer), keyPem);
        return entry;
    }

    /**
     * As {@link #entry}, for a server whose certificate has only the name that Cilium makes up, {@code
     * <peer>.mesh.cilium.io}.
     *
     * @param ip where that name is
     * @param port its port
     */
    public static Map<String, String> ciliumEntry(
            String peer, String ip, int port, String caPem, String certificatePem, String keyPem) {
        String host = peer + ".mesh.cilium.io";
        Map<String, String> entry =
                new LinkedHashMap<>(entry(peer, "https://" + host + ":" + port, caPem, certificatePem, keyPem));
        entry.merge(peer, """
                cilium-host-aliases:
                - hostname: %s
                  ips: ["%s"]
                """.formatted(host, ip), String::concat);
        return entry;
    }

    /** As Cilium's agents reach a peer by way of their own clustermesh-apiserver, with kvstoremesh. */
    public static String throughOwnCache(String namespace) {
        return """
                endpoints:
                - https://%s.%s.svc:%d
                trusted-ca-file: %slocal-etcd-client-ca.crt
                cert-file: %slocal-etcd-client.crt
                key-file: %slocal-etcd-client.key
                """.formatted(Names.APISERVER, namespace, Names.ETCD_PORT, MOUNT, MOUNT, MOUNT);
    }

    /** The keys that {@link #entry} makes. */
    public static List<String> keys(String peer) {
        return List.of(peer, ca(peer), certificate(peer), key(peer));
    }

    private static String ca(String peer) {
        return peer + ".etcd-client-ca.crt";
    }

    private static String certificate(String peer) {
        return peer + ".etcd-client.crt";
    }

    private static String key(String peer) {
        return peer + ".etcd-client.key";
    }
}
