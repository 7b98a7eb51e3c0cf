/**
 * The mirror: reads what a peer says of itself and keeps a copy in our own etcd, for our agents.
 *
 * <p>One {@link io.clustermesh.apiserver.mirror.Mirror} for each connection file in {@code peers/}. It counts as
 * connected when the peer's heartbeat was listed, reads and judges the peer's config, waits for the peer's canaries,
 * and then copies node, service, identity and ip entries byte for byte to {@code cilium/cache/...}, last of all its own
 * canaries (the order is Cilium's, {@code pkg/clustermesh} and {@code clustermesh-apiserver/kvstoremesh}). A peer is
 * hostile until validated: every entry passes {@link io.clustermesh.apiserver.mirror.Admission} or is left out,
 * counted and shown. A lost peer keeps its copy; a removed one is drained.
 *
 * <p>Of several replicas one mirrors a peer, the leader of {@code mirror/<peer>}. Its writes are fenced by its term, what
 * it found in our kvstore it keeps alive and does not write again, and what it knows it tells the others in a {@link
 * io.clustermesh.apiserver.mirror.MirrorRecord}. What a peer may cost is limited ({@link
 * io.clustermesh.apiserver.mirror.MirrorLimits}), and pressure goes back to that peer alone.
 */
@NullMarked
package io.clustermesh.apiserver.mirror;

import org.jspecify.annotations.NullMarked;
