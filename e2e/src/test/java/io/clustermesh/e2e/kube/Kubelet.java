package io.clustermesh.e2e.kube;

import io.clustermesh.kube.testing.KubeApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes and controllers do with the workloads of one namespace, several times a second:
 *
 * <pre>
 *   workloads ──► pods wanted ──► gone or of another template: SIGTERM, object deleted
 *                      │
 *                      ├─► volumes projected again ──► container started, also after it ended
 *                      └─► readiness asked ──► pod's status, workload's status, Services' addresses
 * </pre>
 *
 * <p>One thread does all of it. While the API server is away nothing changes and containers run on, as with a kubelet.
 */
final class Kubelet implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Kubelet.class);
    private static final long PERIOD_MILLIS = 250;

    private final KubeApiServer server;
    private final String namespace;
    private final Node node;
    private final Path folder;
    private final ServiceNetwork network;
    private final Map<String, StandInPod> pods = new LinkedHashMap<>();
    private final Map<String, String> reported = new HashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private volatile Map<String, StandInPod> visible = Map.of();
    private volatile String trouble = "";

    /**
     * The one node.
     *
     * @param name its name
     * @param address its loopback address
     * @param host stand-ins for the node's own folders
     */
    record Node(String name, String address, Map<String, Path> host) {
        Node {
            host = Map.copyOf(host);
        }
    }

    Kubelet(KubeApiServer server, String namespace, Node node, Path folder, ServiceNetwork network) {
        this.server = server;
        this.namespace = namespace;
        this.node = node;
        this.folder = folder;
        this.network = network;
        thread.scheduleWithFixedDelay(this::round, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void round() {
        try {
            KubernetesClient client = server.admin();
            List<Workload> workloads = Workload.all(client, namespace, List.of(node.name()));
            PodFiles.Objects objects = new PodFiles.Objects(
                    client.configMaps().inNamespace(namespace).list().getItems().stream()
                            .collect(Collectors.toMap(
                                    (ConfigMap map) -> map.getMetadata().getName(), map -> map)),
                    client.secrets().inNamespace(namespace).list().getItems().stream()
                            .collect(Collectors.toMap(
                                    (Secret secret) -> secret.getMetadata().getName(), secret -> secret)));
            removeUnwanted(client, workloads);
            StringBuilder waiting = new StringBuilder();
            for (Workload workload : workloads) {
                for (String name : workload.pods()) {
                    waiting.append(keep(client, workload, name, objects));
                }
            }
            network.update(client, namespace, pods.values());
            for (Workload workload : workloads) {
                report(client, workload);
            }
            visible = Map.copyOf(pods);
            trouble = waiting.toString();
        } catch (KubernetesClientException e) {
            trouble = "the API server does not answer: " + e.getMessage(); // containers go on without it
        } catch (IOException | RuntimeException e) {
            trouble = "the stand-in failed: " + e;
            LOG.atError().setCause(e).log("kubelet's stand-in failed");
        }
    }

    private void removeUnwanted(KubernetesClient client, List<Workload> workloads) {
        Map<String, Workload> wanted = new HashMap<>();
        workloads.forEach(workload -> workload.pods().forEach(pod -> wanted.put(pod, workload)));
        Set<String> unwanted = new HashSet<>();
        pods.forEach((name, pod) -> {
            Workload workload = wanted.get(name);
            if (workload == null || !workload.template().equals(pod.template())) {
                unwanted.add(name);
            }
        });
        for (String name : unwanted) {
            Optional.ofNullable(pods.remove(name)).ifPresent(StandInPod::stop);
            reported.remove(name);
            client.pods()
                    .inNamespace(namespace)
                    .withName(name)
                    .withGracePeriod(0)
                    .delete();
        }
    }

    /** @return what the pod waits for, empty if it runs */
    private String keep(KubernetesClient client, Workload workload, String name, PodFiles.Objects objects)
            throws IOException {
        StandInPod pod = pods.get(name);
        if (pod == null) {
            pod = create(client, workload, name);
            pods.put(name, pod);
        }
        List<String> missing = pod.files().project(objects);
        if (!pod.running()) {
            if (!missing.isEmpty()) {
                return "%s waits for %s%n".formatted(name, missing);
            }
            pod.start(surroundings(pod));
        }
        pod.probe();
        status(client, pod);
        return pod.ready() ? "" : "%s is not ready (started %d times)%n".formatted(name, pod.starts());
    }

    private StandInPod create(KubernetesClient client, Workload workload, String name) throws IOException {
        boolean onHost = Boolean.TRUE.equals(workload.template().getSpec().getHostNetwork());
        String ip = onHost ? node.address() : network.addressOf(name);
        Path own = Files.createDirectories(folder.resolve(name));
        Pod object = new PodBuilder()
                .withMetadata(workload.template().getMetadata())
                .editMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withSpec(workload.template().getSpec())
                .editSpec()
                .withNodeName(node.name())
                .endSpec()
                .build();
        // the claim's volume, as the StatefulSet's controller would add it
        object.getSpec().getContainers().getFirst().getVolumeMounts().stream()
                .filter(mount -> object.getSpec().getVolumes().stream()
                        .noneMatch(volume -> volume.getName().equals(mount.getName())))
                .toList()
                .forEach(mount -> object.getSpec()
                        .getVolumes()
                        .add(new io.fabric8.kubernetes.api.model.VolumeBuilder()
                                .withName(mount.getName())
                                .withNewPersistentVolumeClaim(mount.getName() + "-" + name, false)
                                .build()));
        client.pods().inNamespace(namespace).withName(name).withGracePeriod(0).delete();
        client.resource(object).create();
        PodFiles files = new PodFiles(object.getSpec(), own, node.host());
        return new StandInPod(
                new StandInPod.Place(name, ip, node.name(), node.address()), workload.template(), files, own);
    }

    /** What a machine gives its containers: the way to the API server, the account's token, names of Services. */
    private Map<String, String> surroundings(StandInPod pod) throws IOException {
        Map<String, String> environment = new HashMap<>();
        Path own = folder.resolve(pod.place().name());
        environment.put("HOME", own.toString());
        environment.put("KUBECONFIG", own.resolve("no-kubeconfig").toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JDK_JAVA_OPTIONS", "");
        environment.put(
                "CLUSTERMESH_JVM_OPTS", "-Xmx256m -XX:TieredStopAtLevel=1 -Djdk.net.hosts.file=" + network.hostsFile());
        environment.put("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        environment.put("KUBERNETES_SERVICE_PORT", Integer.toString(server.port()));
        Path token = own.resolve("token");
        if (Boolean.TRUE.equals(pod.template().getSpec().getAutomountServiceAccountToken())) {
            Files.writeString(
                    token, server.token(namespace, pod.template().getSpec().getServiceAccountName()));
        }
        environment.put("KUBERNETES_AUTH_SERVICEACCOUNT_TOKEN", token.toString());
        environment.put("KUBERNETES_CERTS_CA_FILE", server.caFile().toString());
        return environment;
    }

    private void status(KubernetesClient client, StandInPod pod) {
        String now = pod.running() + "/" + pod.ready() + "/" + pod.starts();
        if (now.equals(reported.get(pod.place().name()))) {
            return;
        }
        Pod object = client.pods()
                .inNamespace(namespace)
                .withName(pod.place().name())
                .get();
        if (object == null) {
            return;
        }
        // without its address: no cluster's pods have one of this machine's loopback
        client.resource(object).editStatus(found -> {
            found.setStatus(new PodStatusBuilder()
                    .withPhase("Running")
                    .addNewCondition()
                    .withType("Ready")
                    .withStatus(pod.ready() ? "True" : "False")
                    .endCondition()
                    .build());
            return found;
        });
        reported.put(pod.place().name(), now);
    }

    private void report(KubernetesClient client, Workload workload) {
        int ready = (int) workload.pods().stream()
                .filter(name -> pods.containsKey(name) && isReady(name))
                .count();
        String key = workload.object().getKind() + "/" + workload.name();
        String now = workload.object().getMetadata().getGeneration() + "/" + ready;
        if (!now.equals(reported.get(key))) {
            workload.report(client, ready);
            reported.put(key, now);
        }
    }

    private boolean isReady(String name) {
        StandInPod pod = pods.get(name);
        return pod != null && pod.ready();
    }

    /** A pod that is there now. */
    Optional<StandInPod> pod(String name) {
        return Optional.ofNullable(visible.get(name));
    }

    /** Whether every pod is ready. */
    boolean settled() {
        return trouble.isEmpty() && !visible.isEmpty();
    }

    /** What it waits for, with the pods' last words: for a failure's message. */
    String report() {
        return trouble + visible.values().stream().map(StandInPod::lastWords).collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pods.values().forEach(StandInPod::kill);
    }
}
