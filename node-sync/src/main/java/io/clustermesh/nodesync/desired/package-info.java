/**
 * What this node shall serve, as a pure function of what the mesh says.
 *
 * <p>A global service exists on a node because the cluster's own Service does: it alone has the virtual IPs, ports and
 * affinity. Every other cluster only contributes backends under the same namespace and name. {@link
 * io.clustermesh.nodesync.desired.Inventory} keeps the last good record of every cluster, {@link
 * io.clustermesh.nodesync.desired.ServiceMerge} joins those of one service into frontends, each with one slot for
 * every cluster that can serve it. What cannot be served is left out with a {@link
 * io.clustermesh.nodesync.desired.Finding}, never in silence. Merge rules as Cilium's {@code
 * pkg/clustermesh/service_merger.go} and {@code pkg/loadbalancer}.
 */
@NullMarked
package io.clustermesh.nodesync.desired;

import org.jspecify.annotations.NullMarked;
