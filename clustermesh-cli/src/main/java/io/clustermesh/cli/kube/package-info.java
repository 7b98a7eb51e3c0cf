/**
 * A cluster of Kubernetes: how it is reached, and what of ours is in it.
 *
 * <p>A cluster's state in Kubernetes is a handful of objects with fixed names (see {@link
 * io.clustermesh.cli.kube.Names}): who it is, its keys, whom it trusts, whom it is connected to. The peers' Secret has
 * Cilium's name and form, so that either side may be a Cilium. What the processes know is asked of mesh-apiserver's admin
 * API, by mutual TLS with the certificate that only an administrator may read, at the Service's own address; where that
 * can't be reached, through the API server's port forwarding.
 */
@NullMarked
package io.clustermesh.cli.kube;

import org.jspecify.annotations.NullMarked;
