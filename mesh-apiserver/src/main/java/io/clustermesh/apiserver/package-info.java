/**
 * The process mesh-apiserver: what a cluster says of itself to its peers, and what they say of themselves, for its
 * agents.
 *
 * <p>A source of Kubernetes objects feeds the publisher, which writes to etcd; the watch cache follows etcd, and the
 * etcd API serves it to peers and agents by role; a mirror for each peer reads the peer's API and writes back to etcd.
 * {@link io.clustermesh.apiserver.MeshApiserver} wires these parts by hand, and the views here show all of them in one
 * structure. etcd is the only state: the process may be killed at any moment.
 */
@NullMarked
package io.clustermesh.apiserver;

import org.jspecify.annotations.NullMarked;
