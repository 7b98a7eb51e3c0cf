/**
 * How connections are spread: order × weight × share.
 *
 * <p>Two decisions, both pure. {@link io.clustermesh.nodesync.select.Selection} turns a service's affinity and the
 * number of usable backends of each cluster into a tier and a weight for each slot: tiers say who is asked first,
 * weights divide a tier. {@link io.clustermesh.nodesync.select.Maglev} fills the table of one slot so that its backends
 * get their shares and keep their places when a neighbour comes or goes (Eisenbud and others, "Maglev: A Fast and
 * Reliable Software Network Load Balancer", NSDI 2016, section 3.4). Tables are the same on every node, because they
 * depend on nothing but addresses and weights.
 */
@NullMarked
package io.clustermesh.nodesync.select;

import org.jspecify.annotations.NullMarked;
