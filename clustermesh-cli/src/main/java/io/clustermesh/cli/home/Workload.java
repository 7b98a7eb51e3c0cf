package io.clustermesh.cli.home;

/**
 * Replicas of one process that Kubernetes runs.
 *
 * @param name for example {@code deployment/clustermesh-apiserver}
 * @param version the tag of its image; empty if it is not there
 * @param wanted how many there shall be
 * @param ready how many are ready
 * @param detail what keeps it from being ready; empty if nothing does
 * @param next the one command to try then; empty if nothing is wrong
 */
public record Workload(String name, String version, int wanted, int ready, String detail, String next) {

    public Workload {
        if (wanted < 0 || ready < 0) {
            throw new IllegalArgumentException("%s: %d of %d replicas".formatted(name, ready, wanted));
        }
    }

    /** Whether as many are ready as there shall be. */
    public boolean good() {
        return detail.isEmpty() && ready >= wanted;
    }
}
