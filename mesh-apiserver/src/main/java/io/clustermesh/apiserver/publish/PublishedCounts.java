package io.clustermesh.apiserver.publish;

/**
 * How much a cluster publishes.
 *
 * @param nodes nodes
 * @param globalServices services that its agents see
 * @param sharedServices services that its peers see
 * @param ips pod addresses
 * @param labelSets label sets in use
 * @param identities identities that the allocator has handed out
 */
public record PublishedCounts(
        int nodes, int globalServices, int sharedServices, int ips, int labelSets, int identities) {}
