/**
 * Pods and what Kubernetes would say about them.
 *
 * <p>In Kubernetes a pod that is deleted is first announced as leaving: its entry in the EndpointSlice becomes {@code
 * terminating} and no longer {@code ready}, and it gets SIGTERM; new connections go elsewhere while it finishes what it
 * has. Only after the grace period is it killed and its entry removed. A pod that comes is announced once it listens.
 * The rig keeps that order, since what a mesh is worth shows in exactly these moments.
 */
@NullMarked
package io.clustermesh.cli.rig.workload;

import org.jspecify.annotations.NullMarked;
