package io.clustermesh.cli.kube.connect;

import io.clustermesh.cli.connect.ConnectChecks;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.kube.Addresses;
import io.clustermesh.cli.kube.ConnectionFiles;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.cli.kube.SecretState;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.MeshSize;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster with Cilium's own clustermesh-apiserver, as its settings and Secrets say.
 *
 * @param site its objects in Cilium's namespace
 * @param file who it is
 */
record CiliumMember(KubeSite site, ClusterFile file) implements Member {

    /** Where Cilium is. */
    static final String NAMESPACE = "kube-system";

    private static final String KVSTOREMESH = "cilium-kvstoremesh";

    /** The Cilium in {@code site}; empty if there is none that has a cluster name. */
    static Optional<CiliumMember> find(KubeSite site) {
        Map<String, String> config = site.configMap("cilium-config").orElse(Map.of());
        String name = config.getOrDefault("cluster-name", "default");
        if (name.equals("default")) {
            return Optional.empty();
        }
        List<Cidr> pods = new ArrayList<>();
        for (String key : List.of("cluster-pool-ipv4-cidr", "cluster-pool-ipv6-cidr")) {
            for (String block : config.getOrDefault(key, "").split("[,\\s]+")) {
                if (!block.isBlank()) {
                    pods.add(Cidr.parse(block));
                }
            }
        }
        String endpoint = Addresses.of(site, Names.ETCD_PORT).stream()
                .findFirst()
                .orElse("%s.%s.svc:%d".formatted(Names.APISERVER, NAMESPACE, Names.ETCD_PORT));
        try {
            return Optional.of(new CiliumMember(
                    site,
                    new ClusterFile(
                            new ClusterName(name),
                            new ClusterId(Integer.parseInt(config.getOrDefault("cluster-id", "0"))),
                            MeshSize.of(Integer.parseInt(config.getOrDefault("max-connected-clusters", "255"))),
                            new ClusterFile.Blocks(pods, List.of()),
                            URI.create("https://" + endpoint))));
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(
                    "the Cilium of %s can't be in a mesh: %s"
                            .formatted(site.target().title(), e.getMessage()),
                    "correct cluster-name, cluster-id and max-connected-clusters in its Helm values",
                    e);
        }
    }

    @Override
    public String caPem() {
        SecretState ca = secret("cilium-ca");
        return ca.data().containsKey("ca.crt") ? ca.require("ca.crt") : ca.require("tls.crt");
    }

    /** The agents' own, and that of kvstoremesh if it runs, which then reads peers for them. */
    @Override
    public List<String> peerSecrets() {
        return site.secret(KVSTOREMESH).isPresent() ? List.of(Names.PEERS, KVSTOREMESH) : List.of(Names.PEERS);
    }

    /** A Cilium knows its own CA only, and gives whoever reads it a certificate of that. */
    @Override
    public Credential credentialFor(Member reader) {
        SecretState remote = secret(Names.REMOTE_CERT);
        return new Credential(remote.require("tls.crt"), remote.require("tls.key"));
    }

    /** By address the name that stands in its certificate: Cilium's own is made for no other. */
    @Override
    public Map<String, String> connection(Credential credential) {
        URI endpoint = file.endpoint();
        String host = endpoint.getHost().replaceAll("[\\[\\]]", "");
        if (!isAddress(host)) {
            return Member.super.connection(credential);
        }
        return ConnectionFiles.ciliumEntry(
                name(), host, endpoint.getPort(), caPem(), credential.certificatePem(), credential.keyPem());
    }

    private static boolean isAddress(String host) {
        try {
            IpAddress _ = IpAddress.parse(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What it shows {@code peer} now. */
    Optional<Credential> credentialOf(String peer) {
        return site.secret(peerSecrets().getLast())
                .filter(secret -> secret.data().containsKey(peer + ".etcd-client.crt")
                        && secret.data().containsKey(peer + ".etcd-client.key"))
                .map(secret -> new Credential(
                        secret.require(peer + ".etcd-client.crt"), secret.require(peer + ".etcd-client.key")));
    }

    @Override
    public List<ConnectChecks.Objection> objections() {
        if (file.endpoint().getHost().endsWith(".svc")) {
            return List.of(new ConnectChecks.Objection(
                    "the Service %s of Cilium cluster \"%s\" has no address outside of its cluster"
                            .formatted(Names.APISERVER, name()),
                    "run \"cilium clustermesh enable\" there, with a service type that peers can reach"));
        }
        return List.of();
    }

    private SecretState secret(String name) {
        return site.secret(name)
                .orElseThrow(() -> new CommandFailed(
                        "Cilium cluster \"%s\" has no Secret %s/%s".formatted(name(), NAMESPACE, name),
                        "run \"cilium clustermesh enable\" there first"));
    }
}
