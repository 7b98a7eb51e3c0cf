package io.clustermesh.cli.kube;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.kube.KubeClients;
import io.clustermesh.kube.KubeException;
import io.clustermesh.store.config.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The objects of one cluster of Kubernetes. Every failure of the API comes out as one that names the cluster, the cause
 * and the next step. Safe for several threads; its threads are fabric8's and end with {@link #close}.
 */
public final class KubeSite implements AutoCloseable {

    private final KubeTarget target;
    private final KubernetesClient client;

    private KubeSite(KubeTarget target, KubernetesClient client) {
        this.target = target;
        this.client = client;
    }

    /** Opens {@code target}; nothing is asked of it yet. */
    public static KubeSite open(KubeTarget target) {
        try {
            return new KubeSite(target, KubeClients.ofKubeconfig(target.kubeconfig(), target.context()));
        } catch (KubeException e) {
            throw new CommandFailed(String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }

    /** Where it is. */
    public KubeTarget target() {
        return target;
    }

    /** Its namespace. */
    public String namespace() {
        return target.namespace();
    }

    /**
     * Asks the API.
     *
     * @param what is done, for the message of a failure: "read Secret x"
     */
    public <T> T ask(String what, Function<KubernetesClient, T> question) {
        try {
            return question.apply(client);
        } catch (KubernetesClientException e) {
            throw failure(what, e);
        }
    }

    /** Pods of ours with the name label {@code name} that a kubelet runs. */
    public List<Pod> runningPods(String name) {
        return ask(
                        "list pods",
                        kube -> kube.pods()
                                .inNamespace(namespace())
                                .withLabel("app.kubernetes.io/name", name)
                                .list()
                                .getItems())
                .stream()
                .filter(pod -> pod.getStatus() != null
                        && "Running".equals(pod.getStatus().getPhase())
                        && pod.getSpec().getNodeName() != null)
                .toList();
    }

    /** The object in {@code text}, YAML or JSON; typed where the client knows its kind. */
    public HasMetadata parse(String text) {
        return client.getKubernetesSerialization().unmarshal(text);
    }

    /** A Secret's decoded content; empty if there is none. */
    public Optional<SecretState> secret(String name) {
        Optional<Secret> found = ask(
                "read Secret " + name,
                kube -> Optional.ofNullable(
                        kube.secrets().inNamespace(namespace()).withName(name).get()));
        return found.map(secret -> new SecretState(
                name,
                decoded(secret.getData()),
                String.valueOf(secret.getMetadata().getResourceVersion())));
    }

    /** A ConfigMap's content; empty if there is none. */
    public Optional<Map<String, String>> configMap(String name) {
        Optional<ConfigMap> found = ask(
                "read ConfigMap " + name,
                kube -> Optional.ofNullable(kube.configMaps()
                        .inNamespace(namespace())
                        .withName(name)
                        .get()));
        return found.map(map -> map.getData() == null ? Map.<String, String>of() : Map.copyOf(map.getData()));
    }

    /** Who the cluster is; empty if ClusterMesh is not there. */
    public Optional<ClusterFile> clusterFile() {
        return configMap(Names.CONFIG)
                .map(data -> data.get(Names.CLUSTER_FILE))
                .map(yaml -> ClusterFile.read(
                        Settings.of(Path.of("ConfigMap", namespace(), Names.CONFIG, Names.CLUSTER_FILE), yaml)));
    }

    /** As {@link #clusterFile}, for those who can't go on without. */
    public ClusterFile requireClusterFile() {
        return clusterFile()
                .orElseThrow(() -> new CommandFailed(
                        "ClusterMesh is not enabled in %s (no ConfigMap %s/%s)"
                                .formatted(target.title(), namespace(), Names.CONFIG),
                        "clustermesh enable%s --cluster-name NAME --cluster-id ID".formatted(target.options())));
    }

    private CommandFailed failure(String what, KubernetesClientException e) {
        String where = target.title();
        if (e.getCode() <= 0 || (e.getStatus() == null && isBroken(e))) {
            return new CommandFailed(
                    "%s: can't %s, the Kubernetes API does not answer (%s)".formatted(where, what, rootCause(e)),
                    "check with \"kubectl cluster-info%s\""
                            .formatted(target.context()
                                    .map(name -> " --context " + name)
                                    .orElse("")),
                    e);
        }
        return switch (e.getCode()) {
            case 401 ->
                new CommandFailed(
                        "%s: can't %s, the API server does not know who we are".formatted(where, what),
                        "log in again, or name another context or kubeconfig",
                        e);
            case 403 ->
                new CommandFailed(
                        "%s: may not %s: %s".formatted(where, what, reason(e)),
                        "use a context of an administrator; \"kubectl auth can-i --list -n %s\" shows what this one may"
                                .formatted(namespace()),
                        e);
            default ->
                new CommandFailed(
                        "%s: can't %s: %s".formatted(where, what, reason(e)),
                        "correct what it says, then run the command again",
                        e);
        };
    }

    private static String reason(KubernetesClientException e) {
        return e.getStatus() != null && e.getStatus().getMessage() != null
                ? e.getStatus().getMessage()
                : String.valueOf(e.getMessage());
    }

    private static boolean isBroken(Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    private static String rootCause(Throwable e) {
        Throwable at = e;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at.getClass().getSimpleName() + (at.getMessage() == null ? "" : ": " + at.getMessage());
    }

    private static Map<String, String> decoded(@org.jspecify.annotations.Nullable Map<String, String> data) {
        Map<String, String> texts = new TreeMap<>();
        if (data != null) {
            data.forEach((key, value) ->
                    texts.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
        }
        return texts;
    }

    @Override
    public void close() {
        client.close();
    }
}
