/**
 * The agent of a node: watches its own cluster's mesh-apiserver and keeps the service tables of the kernel as the mesh
 * says.
 *
 * <p>Records come in from two prefixes (the own cluster's services, and the peers' as mirrored), {@code desired} merges
 * them into frontends with one slot for each cluster, {@code select} decides tiers, weights and tables, and {@code
 * apply} writes the difference to the tables. One thread owns all of it. What is shown as status is read back from the
 * tables, so it is what the kernel obeys. The agent may be killed at any moment: pinned tables go on without it, and it
 * adopts them when it comes back.
 */
@NullMarked
package io.clustermesh.nodesync;

import org.jspecify.annotations.NullMarked;
