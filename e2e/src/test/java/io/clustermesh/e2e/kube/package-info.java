/**
 * The mesh on real Kubernetes APIs, without kubelets or controllers of theirs.
 *
 * <p>{@link io.clustermesh.e2e.kube.KubeCluster} is a real kube-apiserver with a {@link
 * io.clustermesh.e2e.kube.Kubelet} that stands in for what a cluster does with workloads: it reads Deployments,
 * StatefulSets and DaemonSets, makes their pods and runs the containers as child processes of the test, with the very
 * arguments, environment, volumes and service account tokens that the manifests ask for, and writes back the status that a
 * kubelet and the controllers would.
 */
@NullMarked
package io.clustermesh.e2e.kube;

import org.jspecify.annotations.NullMarked;
