package io.clustermesh.apiserver.source.kubernetes;

import io.clustermesh.kube.KubeClients;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.Optional;

/** One connection to a cluster's API, for the source and for what is written back. Thread-safe; its owner closes it. */
public final class KubernetesConnection implements AutoCloseable {

    private final KubernetesClient client;

    /** A connection over {@code client}, which it takes over. */
    KubernetesConnection(KubernetesClient client) {
        this.client = client;
    }

    /**
     * Opens one; the API server itself is not asked yet, and may be away.
     *
     * @param kubeconfig none: the pod's service account
     * @param context one of the kubeconfig's; none: its current one
     * @throws io.clustermesh.kube.KubeException if there is nothing to connect with, with the remedy
     */
    public static KubernetesConnection open(Optional<Path> kubeconfig, Optional<String> context) {
        return new KubernetesConnection(
                kubeconfig.isPresent()
                        ? KubeClients.ofKubeconfig(kubeconfig, context)
                        : KubeClients.ofServiceAccount());
    }

    /** fabric8's client. */
    public KubernetesClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
    }
}
