package io.clustermesh.cli.rig.workload;

import io.clustermesh.model.IpAddress;
import java.util.Optional;

/**
 * A pod of the rig.
 *
 * @param name unique in its namespace
 * @param owner whose it is
 * @param place where it is
 * @param phase how far it is
 */
public record PodRecord(String name, Owner owner, Place place, Phase phase) {

    /**
     * @param namespace Kubernetes namespace
     * @param workload the workload it is a replica of
     */
    public record Owner(String namespace, String workload) {}

    /**
     * @param node index of its node, from 1
     * @param host the number behind the prefix of the node's pod blocks, 2 to 250
     * @param v4 its IPv4 address
     * @param v6 its IPv6 address
     */
    public record Place(int node, int host, IpAddress v4, IpAddress v6) {}

    /** Where it stands in its life, as its EndpointSlice entry shows it. */
    public enum Phase {
        /** Not announced yet. */
        STARTING,
        /** Ready and serving. */
        RUNNING,
        /** Serving, not ready, terminating. */
        TERMINATING,
        /** Dead and noticed: not ready, not serving. */
        FAILED
    }

    /** The same pod in {@code phase}. */
    public PodRecord in(Phase phase) {
        return new PodRecord(name, owner, place, phase);
    }

    /** {@code namespace/name}. */
    public String fullName() {
        return owner.namespace() + "/" + name;
    }

    /** One line, for {@link #parse}. */
    public String line() {
        return String.join(
                " ",
                owner.namespace(),
                owner.workload(),
                name,
                String.valueOf(place.node()),
                String.valueOf(place.host()),
                place.v4().toString(),
                place.v6().toString(),
                phase.name());
    }

    /** Reads {@link #line()}; empty for anything else. */
    public static Optional<PodRecord> parse(String line) {
        String[] words = line.split(" ");
        if (words.length != 8) {
            return Optional.empty();
        }
        return Optional.of(new PodRecord(
                words[2],
                new Owner(words[0], words[1]),
                new Place(
                        Integer.parseInt(words[3]),
                        Integer.parseInt(words[4]),
                        IpAddress.parse(words[5]),
                        IpAddress.parse(words[6])),
                Phase.valueOf(words[7])));
    }
}
