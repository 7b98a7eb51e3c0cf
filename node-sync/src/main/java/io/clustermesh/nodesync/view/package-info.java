/**
 * What node-sync tells about itself: the structures behind its admin API.
 *
 * <p>The load balancer's view is read back from the tables entry by entry, so it shows what the kernel obeys and not
 * what the agent believes; only a service's name and age are added from memory. Every view is built on the agent's own
 * thread, between two batches.
 */
@NullMarked
package io.clustermesh.nodesync.view;

import org.jspecify.annotations.NullMarked;
