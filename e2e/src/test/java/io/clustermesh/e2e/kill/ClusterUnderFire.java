package io.clustermesh.e2e.kill;

import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One cluster: etcd, replicas of mesh-apiserver behind one address, an identity-allocator, all on loopback. */
final class ClusterUnderFire implements AutoCloseable {

    private final ClusterName name;
    private final Path home;
    private final int apiPort;
    private final EtcdServer etcd;
    private final List<KilledProcess> replicas = new ArrayList<>();
    private final KilledProcess allocator;
    private final KvStore store;

    ClusterUnderFire(Path folder, String name, int id, int replicaCount) throws IOException {
        this.name = new ClusterName(name);
        home = folder.resolve(name);
        for (String part : List.of("manifests", "trust", "peers", "run", "conf", "log")) {
            Files.createDirectories(home.resolve(part));
        }
        ClusterPki.issueAll(home, this.name, AlternativeNames.LOOPBACK, Clock.system());
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            apiPort = socket.getLocalPort();
        }
        Files.writeString(home.resolve("cluster.yaml"), """
                name: %s
                id: %d
                meshSize: 255
                podCidrs: [10.%d.0.0/16]
                serviceCidrs: [10.10%d.0.0/16]
                endpoint: %s
                """.formatted(name, id, id, id, endpoint()));
        etcd = EtcdServer.start(leaf("etcd-server"));
        for (int i = 0; i < replicaCount; i++) {
            replicas.add(replica("mesh-apiserver-" + i));
        }
        allocator = process("identity-allocator", "identity-allocator", """
                cluster: {name: %s, id: %d, meshSize: 255}
                etcd:
                %sadmin: {socket: %s}
                """.formatted(
                        name, id, etcdClient(), home.resolve("run/identity-allocator.sock")));
        store = EtcdKvStore.connect(
                new EtcdTarget(List.of(etcd.endpoint()), Optional.of(leaf("admin")), EtcdTarget.DEFAULT_DEADLINE),
                Clock.system());
    }

    private KilledProcess replica(String replica) throws IOException {
        return process(replica, "mesh-apiserver", """
                home: %s
                etcd:
                %sreplica: {name: %s}
                leader: {ttl: 3s}
                api: {host: 127.0.0.1, port: %d, reusePort: true}
                admin: {socket: %s}
                """.formatted(home, etcdClient(), replica, apiPort, socket(replica)));
    }

    private KilledProcess process(String process, String program, String config) throws IOException {
        Path file = home.resolve("conf/" + process + ".yaml");
        Files.writeString(file, config);
        return new KilledProcess(name + "/" + process, program, file, home.resolve("log/" + process + ".log"));
    }

    private String etcdClient() {
        TlsFiles admin = leaf("admin");
        return """
                  endpoint: %s
                  trust: %s
                  certificate: %s
                  key: %s
                """.indent(2).formatted(etcd.endpoint(), admin.trust(), admin.certificate(), admin.key());
    }

    private TlsFiles leaf(String leaf) {
        Path pki = home.resolve("pki");
        return new TlsFiles(pki.resolve("ca.crt"), pki.resolve(leaf + ".crt"), pki.resolve(leaf + ".key"));
    }

    /** The one address of all replicas. */
    URI endpoint() {
        return URI.create("https://127.0.0.1:" + apiPort);
    }

    /** What {@code clustermesh connect} does on one side. */
    void connectTo(ClusterUnderFire peer) throws IOException {
        Files.copy(peer.leaf("remote").trust(), home.resolve("trust/" + peer.name + ".crt"));
        Files.writeString(home.resolve("peers/" + peer.name + ".yaml"), """
                endpoints: ["%s"]
                trusted-ca-file: %s
                cert-file: %s
                key-file: %s
                """.formatted(
                        peer.endpoint(),
                        peer.leaf("remote").trust(),
                        leaf("remote").certificate(),
                        leaf("remote").key()));
    }

    void start() {
        allocator.start();
        replicas.forEach(KilledProcess::start);
    }

    ClusterName name() {
        return name;
    }

    Path manifests() {
        return home.resolve("manifests");
    }

    EtcdServer etcd() {
        return etcd;
    }

    /** etcd itself, with every right. */
    KvStore store() {
        return store;
    }

    List<KilledProcess> replicas() {
        return replicas;
    }

    /** Everything but etcd. */
    List<KilledProcess> processes() {
        List<KilledProcess> all = new ArrayList<>(replicas);
        all.add(allocator);
        return all;
    }

    /** The replica that owns {@code task}, as etcd says; none while nobody does. */
    Optional<KilledProcess> leader(String task) {
        return store.get("clustermesh/leader/" + task)
                .map(KeyValue::text)
                .flatMap(owner -> replicas.stream()
                        .filter(replica -> replica.name().endsWith("/" + owner))
                        .findFirst());
    }

    /** What this cluster says of itself, by the key that a mirror gives it. */
    Map<String, String> said() {
        Map<String, String> said = new TreeMap<>();
        for (Resource resource : Resource.values()) {
            String prefix = resource.statePrefix(name);
            for (KeyValue entry : store.list(KeyRange.prefix(prefix)).entries()) {
                said.put(
                        resource.cachePrefix(name) + entry.key().substring(prefix.length()),
                        new String(entry.value(), StandardCharsets.ISO_8859_1));
            }
        }
        return said;
    }

    /** This cluster's copy of what {@code peer} said. */
    Map<String, String> copyOf(ClusterUnderFire peer) {
        Map<String, String> copy = new TreeMap<>();
        for (Resource resource : Resource.values()) {
            for (KeyValue entry :
                    store.list(KeyRange.prefix(resource.drainPrefix(peer.name))).entries()) {
                copy.put(entry.key(), new String(entry.value(), StandardCharsets.ISO_8859_1));
            }
        }
        return copy;
    }

    /** Everything that the API shows to role admin, read from whichever replica answers. */
    Map<String, String> throughTheApi() {
        try (KvStore api = EtcdKvStore.connect(
                new EtcdTarget(List.of(endpoint()), Optional.of(leaf("admin")), EtcdTarget.DEFAULT_DEADLINE),
                Clock.system())) {
            return everything(api);
        }
    }

    /** The same from etcd. */
    Map<String, String> inEtcd() {
        return everything(store);
    }

    private static Map<String, String> everything(KvStore store) {
        Map<String, String> all = new TreeMap<>();
        for (String prefix : List.of(Keys.STATE, Keys.CACHE, Keys.CLUSTER_CONFIGS, Keys.SYNCED)) {
            store.list(KeyRange.prefix(prefix))
                    .entries()
                    .forEach(entry -> all.put(entry.key(), new String(entry.value(), StandardCharsets.ISO_8859_1)));
        }
        return all;
    }

    /** Whether every replica says that it is ready. */
    boolean ready() {
        return replicas.stream().allMatch(this::ready);
    }

    private boolean ready(KilledProcess replica) {
        try {
            return AdminClient.get(socket(shortName(replica)), "/readyz").ok();
        } catch (AdminClient.Unreachable e) {
            return false;
        }
    }

    private Path socket(String replica) {
        return home.resolve("run/" + replica + ".sock");
    }

    private static String shortName(KilledProcess replica) {
        return replica.name().substring(replica.name().indexOf('/') + 1);
    }

    @Override
    public void close() {
        processes().forEach(KilledProcess::close);
        store.close();
        etcd.close();
    }
}
