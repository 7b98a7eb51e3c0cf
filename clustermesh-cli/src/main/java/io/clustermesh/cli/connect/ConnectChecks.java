package io.clustermesh.cli.connect;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.model.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Whether two clusters may be connected. Pure. */
public final class ConnectChecks {

    private ConnectChecks() {}

    /**
     * A reason against.
     *
     * @param what names the thing and the rule
     * @param remedy what to do about it
     */
    public record Objection(String what, String remedy) {}

    /** All reasons against connecting {@code a} with {@code b}; empty if there are none. */
    public static List<Objection> check(ClusterFile a, ClusterFile b) {
        List<Objection> found = new ArrayList<>();
        if (a.name().equals(b.name())) {
            found.add(new Objection(
                    "both clusters are called \"%s\"".formatted(a.name()),
                    "a cluster can't be connected to itself; name two, or rename one in its cluster.yaml"));
            return found;
        }
        if (a.id().equals(b.id())) {
            found.add(new Objection(
                    "clusters \"%s\" and \"%s\" both have the id %s".formatted(a.name(), b.name(), a.id()),
                    "give one of them an id that no cluster of the mesh has, in its cluster.yaml"));
        }
        if (a.meshSize() != b.meshSize()) {
            found.add(new Objection(
                    "\"%s\" is made for a mesh of %d clusters, \"%s\" for one of %d"
                            .formatted(
                                    a.name(),
                                    a.meshSize().maxClusters(),
                                    b.name(),
                                    b.meshSize().maxClusters()),
                    "set meshSize to the same in both; it decides how identities are numbered"));
        }
        overlaps(a, b, "pod CIDR", blocks -> blocks.pods(), found);
        overlaps(a, b, "service CIDR", blocks -> blocks.services(), found);
        return found;
    }

    /**
     * All objections at once, since each costs a way to the other cluster's people.
     *
     * @throws CommandFailed if there are any
     */
    public static void refuseIfAny(List<Objection> objections) {
        if (!objections.isEmpty()) {
            throw new CommandFailed(
                    String.join("\n", objections.stream().map(Objection::what).toList()),
                    String.join(
                            "\n",
                            objections.stream()
                                    .map(Objection::remedy)
                                    .distinct()
                                    .toList()));
        }
    }

    /** Whether the two are connected already, from either side. */
    public static List<Objection> notYetConnected(ClusterHome a, ClusterHome b) {
        List<Objection> found = new ArrayList<>();
        if (a.peers().contains(b.name().value()) && b.peers().contains(a.name().value())) {
            found.add(new Objection(
                    "clusters \"%s\" and \"%s\" are connected already".formatted(a.name(), b.name()),
                    "see \"clustermesh status\", or part them with \"clustermesh disconnect %s %s\""
                            .formatted(a.name(), b.name())));
        }
        return found;
    }

    private static void overlaps(
            ClusterFile a,
            ClusterFile b,
            String kind,
            Function<ClusterFile.Blocks, List<Cidr>> blocks,
            List<Objection> found) {
        for (Cidr mine : blocks.apply(a.blocks())) {
            for (Cidr other : blocks.apply(b.blocks())) {
                if (mine.overlaps(other)) {
                    found.add(new Objection(
                            "%s %s of cluster \"%s\" overlaps %s of cluster \"%s\""
                                    .formatted(kind, mine, a.name(), other, b.name()),
                            "give one of the clusters another block; an address must belong to one cluster only"));
                }
            }
        }
    }
}
