package io.clustermesh.cli.kube;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How clusters of Kubernetes are reached; the contexts are the command's own option. */
public final class KubeOption {

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "The kubeconfig (default: KUBECONFIG, else ~/.kube/config).")
    private @Nullable Path kubeconfig;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            defaultValue = Names.NAMESPACE,
            description = "Where ClusterMesh is in Kubernetes (default: ${DEFAULT-VALUE}).")
    private String namespace = Names.NAMESPACE;

    @Option(
            names = "--admin-endpoint",
            paramLabel = "HOST:PORT",
            description = "Where mesh-apiserver's admin API is reached, if not at its Service's address.")
    private @Nullable String adminEndpoint;

    /** Whether a kubeconfig is named, which says that Kubernetes is meant. */
    public boolean isNamed() {
        return kubeconfig != null;
    }

    /** One for each of {@code contexts}; the current one if there are none. */
    public List<KubeTarget> targets(List<String> contexts) {
        return contexts.isEmpty()
                ? List.of(target(Optional.empty()))
                : contexts.stream()
                        .distinct()
                        .map(name -> target(Optional.of(name)))
                        .toList();
    }

    /** That of {@code context}, or the current one. */
    public KubeTarget target(Optional<String> context) {
        return new KubeTarget(Optional.ofNullable(kubeconfig), context, namespace, Optional.ofNullable(adminEndpoint));
    }
}
