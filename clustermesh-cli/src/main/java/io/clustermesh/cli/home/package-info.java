/**
 * A cluster's home: the folder with everything that makes it a member of a mesh.
 *
 * <p>Who the cluster is ({@code cluster.yaml}), its keys ({@code pki}), whom it trusts ({@code trust}), whom it is
 * connected to ({@code peers}) and the sockets of its processes ({@code run}). Commands find homes in the folder given
 * by {@code --home}, or in that of the rig that is up.
 */
@NullMarked
package io.clustermesh.cli.home;

import org.jspecify.annotations.NullMarked;
