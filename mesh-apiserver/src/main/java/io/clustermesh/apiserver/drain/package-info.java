/**
 * Taking traffic off a cluster or a node on purpose, little by little.
 *
 * <p>An operator says what is to be drained and over which time; that stands in etcd, so it survives every restart. {@link
 * io.clustermesh.apiserver.drain.Drains} moves what is left of the share along that course, a step every second at most,
 * and the agents of this cluster's nodes obey what they read. Every cluster decides for itself what it sends where, so a
 * drain counts for the clients of the cluster in which it was said.
 */
@NullMarked
package io.clustermesh.apiserver.drain;

import org.jspecify.annotations.NullMarked;
