/**
 * How every part reaches a Kubernetes API.
 *
 * <p>A person brings a kubeconfig, with a context for each cluster; a pod finds its service account's token, which the
 * kubelet renews, in a mounted folder. {@link io.clustermesh.kube.KubeClients} makes fabric8 clients of both, with the
 * same limits. Who opens a client closes it.
 */
@NullMarked
package io.clustermesh.kube;

import org.jspecify.annotations.NullMarked;
