package io.clustermesh.apiserver.publish;

/**
 * How much a cluster publishes.
 *
 * @param nodes nodes
 * @param globalServices services that its agents see
 * @param sharedServices services that its peers see
 * @param endpointSlices parts of their endpoints that its peers see
 * @param serviceExports services that are offered to the cluster set
 * @param ips pod addresses
 * @param labelSets label sets in use
 * @param identities identities that the allocator has handed out
 */
public record PublishedCounts(
        int nodes,
        int globalServices,
        int sharedServices,
        int endpointSlices,
        int serviceExports,
        int ips,
        int labelSets,
        int identities) {}
