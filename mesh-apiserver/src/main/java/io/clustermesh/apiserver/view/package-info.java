/**
 * What the admin API shows of the mesh: clusters, connections, services, identities, endpoints and nodes, as this
 * cluster holds them.
 *
 * <p>Everything is read from the watch cache, at one revision of etcd. So a request costs etcd nothing, every replica
 * answers alike, and the pages of a long list belong together however much changes meanwhile: a {@code continue} token
 * carries the revision it started at, and any replica that still remembers it goes on. Each row says whose it is and how
 * long ago that cluster was last heard of, because a list without its age is a guess.
 */
@NullMarked
package io.clustermesh.apiserver.view;

import org.jspecify.annotations.NullMarked;
