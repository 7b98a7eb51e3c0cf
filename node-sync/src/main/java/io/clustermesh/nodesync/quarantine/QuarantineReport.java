package io.clustermesh.nodesync.quarantine;

import io.clustermesh.nodesync.quarantine.Prober.Target;
import java.util.List;

/**
 * Who gets no new connections because he does not answer: part of {@code /v1/status}.
 *
 * @param failures connects that failed, as the data path told
 * @param probes probes that were answered or not
 * @param backends quarantined ones
 * @param clusters peers that are marked down
 */
public record QuarantineReport(long failures, long probes, List<Held> backends, List<HeldCluster> clusters) {

    /** Nobody. */
    public static final QuarantineReport NONE = new QuarantineReport(0, 0, List.of(), List.of());

    /**
     * @param index entry in the backend array
     * @param target where it should answer
     * @param clusterId whose it is
     * @param times how often it fell ill since it was last well for long
     * @param holdSeconds how long between two probes
     */
    public record Held(int index, Target target, int clusterId, int times, long holdSeconds) {}

    /**
     * @param clusterId the peer
     * @param times how often it was lost since it was last well for long
     * @param holdSeconds how long between two probes
     */
    public record HeldCluster(int clusterId, int times, long holdSeconds) {}

    public QuarantineReport {
        backends = List.copyOf(backends);
        clusters = List.copyOf(clusters);
    }
}
