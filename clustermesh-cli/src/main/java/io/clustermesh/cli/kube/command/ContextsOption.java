package io.clustermesh.cli.kube.command;

import io.clustermesh.cli.kube.KubeOption;
import io.clustermesh.cli.kube.KubeTarget;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Clusters of Kubernetes that a command changes. */
final class ContextsOption {

    @Option(
            names = "--context",
            paramLabel = "NAME",
            split = ",",
            description = "The kubeconfig's context (default: its current one).")
    private List<String> contexts = new ArrayList<>();

    @Mixin
    private KubeOption kube = new KubeOption();

    /** The one that is meant. */
    KubeTarget one() {
        if (contexts.size() > 1) {
            throw new IllegalArgumentException(
                    "this command changes one cluster, and %s are named".formatted(contexts));
        }
        return kube.target(contexts.stream().findFirst());
    }

    /** All of them. */
    List<KubeTarget> all() {
        return kube.targets(contexts);
    }
}
