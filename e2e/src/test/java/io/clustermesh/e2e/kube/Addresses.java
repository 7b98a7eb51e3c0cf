package io.clustermesh.e2e.kube;

import java.util.HashMap;
import java.util.Map;

/**
 * Loopback addresses in place of a cluster's network: all of 127.0.0.0/8 is this machine, and each pod and Service gets
 * one of its own, so that everybody may listen at the port that the manifests name.
 */
final class Addresses {

    private final int cluster;
    private final Map<String, String> given = new HashMap<>();

    /** @param cluster 1 to 99, of its own among the clusters of a test */
    Addresses(int cluster) {
        this.cluster = cluster;
    }

    /** The same for the same name. */
    synchronized String of(String name) {
        return given.computeIfAbsent(name, any -> "127.%d.0.%d".formatted(100 + cluster, given.size() + 1));
    }
}
