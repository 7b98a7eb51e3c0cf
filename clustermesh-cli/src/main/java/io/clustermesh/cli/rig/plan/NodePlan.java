package io.clustermesh.cli.rig.plan;

/**
 * A node: its network namespace, its cgroup, its place in the network.
 *
 * @param name {@code <cluster>-n<index>}
 * @param index from 1
 * @param netns name of its network namespace
 * @param underlay its own addresses
 * @param pods the block its pods get addresses from; the first address is the node's bridge
 * @param asn its private 4-byte AS number (RFC 6996)
 */
public record NodePlan(String name, int index, String netns, Dual underlay, DualCidr pods, long asn) {

    /** How {@code rig exec} and people call it: {@code n1}. */
    public String shortName() {
        return "n" + index;
    }

    /** The pods' gateway. */
    public Dual bridge() {
        return pods.at(1);
    }
}
