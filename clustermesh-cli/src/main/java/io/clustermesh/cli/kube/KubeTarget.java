package io.clustermesh.cli.kube;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a cluster of Kubernetes is found.
 *
 * @param kubeconfig the file; none: the usual one
 * @param context one of its contexts; none: its current one
 * @param namespace where our objects are
 * @param adminEndpoint {@code host:port} of mesh-apiserver's admin API, if the Service's address is not to be used
 */
public record KubeTarget(
        Optional<Path> kubeconfig, Optional<String> context, String namespace, Optional<String> adminEndpoint) {

    /** @throws IllegalArgumentException if {@code namespace} is no name of one */
    public KubeTarget {
        if (!namespace.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    "\"%s\" is no namespace: lower-case letters, digits and '-', at most 63".formatted(namespace));
        }
    }

    /** What to call it before the cluster has said its name. */
    public String title() {
        return context.map(name -> "context " + name).orElse("the current context");
    }

    /** The same cluster, another namespace. */
    public KubeTarget in(String otherNamespace) {
        return new KubeTarget(kubeconfig, context, otherNamespace, adminEndpoint);
    }

    /** The options that name it again, for the next command of a hint. */
    public String options() {
        return place() + (namespace.equals(Names.NAMESPACE) ? "" : " -n " + namespace);
    }

    /** The options that name it and its namespace to kubectl. */
    public String kubectlOptions() {
        return place() + " -n " + namespace;
    }

    private String place() {
        return context.map(name -> " --context " + name).orElse("")
                + kubeconfig.map(file -> " --kubeconfig " + file).orElse("");
    }
}
