package io.clustermesh.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Opens clients of Kubernetes APIs. The client's own threads end when it is closed. */
public final class KubeClients {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration REQUEST = Duration.ofSeconds(30);
    /** The client's own tries of a request that failed; callers have back-offs of their own. */
    private static final int RETRIES = 2;

    private KubeClients() {}

    /**
     * A client of what a person's kubeconfig names.
     *
     * @param kubeconfig the file; none: {@code KUBECONFIG}, else {@code ~/.kube/config}
     * @param context one of the file's contexts; none: its current one
     * @throws KubeException if the file, or the context in it, is not there, or can't be read
     */
    public static KubernetesClient ofKubeconfig(Optional<Path> kubeconfig, Optional<String> context) {
        Path file = kubeconfig.orElseGet(KubeClients::usualKubeconfig);
        if (!Files.isReadable(file)) {
            throw new KubeException(
                    "no kubeconfig can be read at " + file,
                    "name one with --kubeconfig or KUBECONFIG, or check who may read it");
        }
        Config config = read(file, context.orElse(null));
        if (context.isPresent()
                && config.getContexts().stream()
                        .noneMatch(named -> named.getName().equals(context.get()))) {
            throw new KubeException(
                    "kubeconfig %s has no context \"%s\"".formatted(file, context.get()),
                    "name one of "
                            + config.getContexts().stream()
                                    .map(named -> named.getName())
                                    .sorted()
                                    .toList());
        }
        return open(config);
    }

    /**
     * A client with a pod's service account: API server from the environment, token and CA from the mounted folder. The
     * token is read again when the kubelet renews it.
     *
     * @throws KubeException outside of a pod
     */
    public static KubernetesClient ofServiceAccount() {
        Config config = Config.autoConfigure(null);
        if (config.getOauthToken() == null && config.getAutoOAuthToken() == null) {
            throw new KubeException(
                    "no service account's token is mounted here",
                    "run this in a pod with a service account, or name a kubeconfig in the settings");
        }
        return open(config);
    }

    private static Config read(File file, @org.jspecify.annotations.Nullable String context) {
        try {
            return context == null ? Config.fromKubeconfig(file) : Config.fromKubeconfig(context, file);
        } catch (RuntimeException e) {
            throw new KubeException(
                    "kubeconfig %s can't be used: %s".formatted(file, e.getMessage()),
                    "check it with \"kubectl config view --kubeconfig " + file + "\"",
                    e);
        }
    }

    private static Config read(Path file, @org.jspecify.annotations.Nullable String context) {
        return read(file.toFile(), context);
    }

    private static Path usualKubeconfig() {
        String named = System.getenv("KUBECONFIG");
        return named != null && !named.isBlank()
                ? Path.of(named.split(File.pathSeparator)[0])
                : Path.of(System.getProperty("user.home"), ".kube", "config");
    }

    private static KubernetesClient open(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(config)
                        .withConnectionTimeout((int) CONNECT.toMillis())
                        .withRequestTimeout((int) REQUEST.toMillis())
                        .withRequestRetryBackoffLimit(RETRIES)
                        .build())
                .build();
    }
}
