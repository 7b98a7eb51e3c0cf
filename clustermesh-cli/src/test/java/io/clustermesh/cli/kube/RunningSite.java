package io.clustermesh.cli.kube;

import io.clustermesh.apiserver.MeshApiserver;
import io.clustermesh.kube.testing.KubeApiServer;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Worker;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.tls.TlsFiles;
import io.fabric8.kubernetes.api.model.LoadBalancerIngressBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a cluster's nodes and cloud do: an address for the Service, statuses of the workloads, and mesh-apiserver itself,
 * real, with an etcd, from the objects that are in the Kubernetes API. One thread keeps Secrets projected as a kubelet
 * does.
 */
final class RunningSite implements AutoCloseable {

    private static final String NAMESPACE = "clustermesh";

    private final KubeApiServer server;
    private final Path home;
    private final String address;
    private Optional<EtcdServer> etcd = Optional.empty();
    private Optional<Lifecycle> lifecycle = Optional.empty();
    private Optional<Worker> kubelet = Optional.empty();

    /** @param address a loopback address of this cluster's own */
    RunningSite(KubeApiServer server, Path folder, String address) {
        this.server = server;
        this.home = folder.resolve(server.name());
        this.address = address;
    }

    KubernetesClient kube() {
        return server.admin();
    }

    String address() {
        return address;
    }

    /** Gives the Service its address, as a cloud would. */
    void giveAddress() {
        Service service = kube().services()
                .inNamespace(NAMESPACE)
                .withName(Names.APISERVER)
                .get();
        kube().resource(new ServiceBuilder(service)
                        .editOrNewStatus()
                        .withNewLoadBalancer()
                        .withIngress(
                                new LoadBalancerIngressBuilder().withIp(address).build())
                        .endLoadBalancer()
                        .endStatus()
                        .build())
                .updateStatus();
    }

    /** Says of every workload that it runs as it shall, on one node. */
    void reportReady() {
        kube().apps().deployments().inNamespace(NAMESPACE).list().getItems().forEach(it -> {
            it.setStatus(new DeploymentStatusBuilder()
                    .withObservedGeneration(it.getMetadata().getGeneration())
                    .withReplicas(it.getSpec().getReplicas())
                    .withReadyReplicas(it.getSpec().getReplicas())
                    .build());
            kube().resource(it).updateStatus();
        });
        kube().apps().statefulSets().inNamespace(NAMESPACE).list().getItems().forEach(it -> {
            it.setStatus(new StatefulSetStatusBuilder()
                    .withObservedGeneration(it.getMetadata().getGeneration())
                    .withReplicas(it.getSpec().getReplicas())
                    .withReadyReplicas(it.getSpec().getReplicas())
                    .build());
            kube().resource(it).updateStatus();
        });
        kube().apps().daemonSets().inNamespace(NAMESPACE).list().getItems().forEach(it -> {
            it.setStatus(new DaemonSetStatusBuilder()
                    .withObservedGeneration(it.getMetadata().getGeneration())
                    .withCurrentNumberScheduled(1)
                    .withNumberMisscheduled(0)
                    .withDesiredNumberScheduled(1)
                    .withNumberReady(1)
                    .build());
            kube().resource(it).updateStatus();
        });
    }

    /** Starts etcd and mesh-apiserver as the pod would, and keeps what it mounts up to date. */
    void start() throws IOException {
        for (String folder : List.of("pki", "peers", "trust", "run", "conf", "manifests")) {
            Files.createDirectories(home.resolve(folder));
        }
        Files.writeString(
                home.resolve("cluster.yaml"),
                kube().configMaps()
                        .inNamespace(NAMESPACE)
                        .withName(Names.CONFIG)
                        .get()
                        .getData()
                        .get(Names.CLUSTER_FILE));
        Map<String, String> leaves = Map.of(
                Names.SERVER_CERT, "server",
                Names.ADMIN_CERT, "admin",
                Names.REMOTE_CERT, "remote",
                Names.ETCD_CERT, "etcd-server");
        leaves.forEach((secret, leaf) -> {
            Map<String, byte[]> data = secret(secret);
            write(home.resolve("pki/ca.crt"), value(data, "ca.crt"));
            write(home.resolve("pki/" + leaf + ".crt"), value(data, "tls.crt"));
            write(home.resolve("pki/" + leaf + ".key"), value(data, "tls.key"));
        });
        EtcdServer started = EtcdServer.start(new TlsFiles(
                home.resolve("pki/ca.crt"), home.resolve("pki/etcd-server.crt"), home.resolve("pki/etcd-server.key")));
        etcd = Optional.of(started);
        project();
        kubelet = Optional.of(Worker.start("kubelet-" + server.name(), () -> {
            while (true) {
                Clock.system().sleep(Duration.ofMillis(100));
                try {
                    project();
                } catch (KubernetesClientException e) {
                    // the API server is away: what is mounted stays as it is
                }
            }
        }));
        Lifecycle life = new Lifecycle("mesh-apiserver-" + server.name(), Clock.system());
        lifecycle = Optional.of(life);
        MeshApiserver.start(
                Settings.of(home.resolve("conf/mesh-apiserver.yaml"), """
                        home: %s
                        etcd:
                          endpoint: %s
                          trust: ../pki/ca.crt
                          certificate: ../pki/admin.crt
                          key: ../pki/admin.key
                        api: {host: %s, port: 2379}
                        admin: {listen: "%s:9879"}
                        """.formatted(
                                home, started.endpoint(), address, address)),
                life);
    }

    /** Stops mesh-apiserver and its etcd; the Kubernetes API stays. */
    void stop() {
        kubelet.ifPresent(Worker::close);
        lifecycle.ifPresent(Lifecycle::close);
        etcd.ifPresent(EtcdServer::close);
        kubelet = Optional.empty();
        lifecycle = Optional.empty();
        etcd = Optional.empty();
    }

    private void project() {
        project(Names.PEERS, home.resolve("peers"));
        project(Names.TRUST, home.resolve("trust"));
    }

    private void project(String secret, Path folder) {
        Map<String, byte[]> data = secret(secret);
        data.forEach((key, value) -> write(folder.resolve(key), value));
        Set<String> gone = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            gone.addAll(files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.startsWith(".") && !data.containsKey(name))
                    .toList());
            for (String name : gone) {
                Files.deleteIfExists(folder.resolve(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A Secret's content; empty if there is none. */
    Map<String, byte[]> secret(String name) {
        Secret secret = kube().secrets().inNamespace(NAMESPACE).withName(name).get();
        return secret == null || secret.getData() == null
                ? Map.of()
                : secret.getData().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> Base64.getDecoder().decode(entry.getValue())));
    }

    private static byte[] value(Map<String, byte[]> data, String key) {
        byte[] value = data.get(key);
        if (value == null) {
            throw new AssertionError("a Secret has no " + key);
        }
        return value;
    }

    private static void write(Path file, byte[] content) {
        Path beside = file.resolveSibling("." + file.getFileName());
        try {
            Files.write(beside, content);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
