/**
 * The one thread that owns a node's state.
 *
 * <p>Reflectors put what they see into a bounded mailbox, and so do the admin views with their questions; {@link
 * io.clustermesh.nodesync.agent.NodeAgent} takes them in batches. A batch is first taken into the inventory, then
 * settled: for every service that it touched, traffic is taken off what is gone, and after that the tables are rebuilt.
 * Ten changes of one service in a batch are one rebuild. {@link io.clustermesh.nodesync.agent.ServiceKeeper} is all of
 * that without the thread, so tests can drive it by hand.
 */
@NullMarked
package io.clustermesh.nodesync.agent;

import org.jspecify.annotations.NullMarked;
