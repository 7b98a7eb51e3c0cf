/**
 * {@code clustermesh}: one program for everything, from the processes of a cluster to the commands people type.
 *
 * <p>Here the parts are wired together, by hand and in plain sight: {@link io.clustermesh.cli.ClusterMesh} lists every
 * command with what it needs, {@link io.clustermesh.cli.RunCommand} every process.
 */
@NullMarked
package io.clustermesh.cli;

import org.jspecify.annotations.NullMarked;
