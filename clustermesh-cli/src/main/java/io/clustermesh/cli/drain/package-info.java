/**
 * {@code drain} and {@code undrain}: taking a cluster's or a node's share of new connections away, and giving it back.
 *
 * <p>Each cluster decides for itself what it sends where. So a command is told to the mesh-apiserver of every cluster that it
 * can see, or of those named with {@code --in}, and says which of them did not take it.
 */
@NullMarked
package io.clustermesh.cli.drain;

import org.jspecify.annotations.NullMarked;
