/**
 * Enabling a cluster of Kubernetes, and taking everything out again.
 *
 * <p>An installer is trusted if it can be run twice, and if what it made can be told from what was there. So everything is
 * written by server-side apply under one field manager, keys and certificates that are good stay as they are, and an
 * inventory in the cluster names each object that came from here, written before the object itself. Who the cluster is
 * gets checked before anything is written, since a mesh can't live with two clusters of one name, id or address block.
 */
@NullMarked
package io.clustermesh.cli.kube.install;

import org.jspecify.annotations.NullMarked;
