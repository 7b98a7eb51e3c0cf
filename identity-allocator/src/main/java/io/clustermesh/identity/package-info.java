/**
 * Labels to numbers: each set of labels that a pod of this cluster has gets one identity, the same for every pod with
 * those labels, unique in the mesh.
 *
 * <p>The number is what travels in packets and stands in policy maps, so it must be agreed on before a pod's address is
 * published. Cilium's allocator protocol ({@code pkg/allocator}, {@code pkg/kvstore/allocator}) needs nothing but a
 * kvstore: a <em>master key</em> without lease says what a number means, a <em>slave key</em> on a lease says that
 * somebody uses it, and an etcd mutex for each label set keeps two allocators from choosing twice. Agents of Cilium
 * that allocate in the same store follow the same steps, so both can work side by side.
 */
@NullMarked
package io.clustermesh.identity;

import org.jspecify.annotations.NullMarked;
