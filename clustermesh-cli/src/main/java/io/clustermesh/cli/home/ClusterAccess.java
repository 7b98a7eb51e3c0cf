package io.clustermesh.cli.home;

import io.clustermesh.store.admin.AdminClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A cluster as the commands that look at one see it, wherever it runs: its processes' own answers, and what its
 * configuration wants. Safe for several threads. Whoever opened it closes it.
 */
public interface ClusterAccess extends AutoCloseable {

    /** What to call it: the cluster's name, or, if that can't be known now, where it was looked for. */
    String title();

    /** Processes that have, or should have, an admin API that can be asked from here. */
    List<String> processes();

    /**
     * The node-syncs that can be asked from here: what {@link #send} calls them, by what people call their nodes. Not
     * all are in {@link #processes}, since asking one may take seconds.
     */
    default Map<String, String> nodeSyncs() {
        Map<String, String> found = new LinkedHashMap<>();
        for (String process : processes()) {
            if (process.endsWith("-node-sync")) {
                found.put(title() + "-" + process.substring(0, process.length() - "-node-sync".length()), process);
            }
        }
        return found;
    }

    /** The mesh-apiservers among them, at least one. */
    List<String> apiservers();

    /** Names of the peers that the cluster's own configuration wants. */
    List<String> peers();

    /** What runs the processes, where something does (Kubernetes). */
    default List<Workload> workloads() {
        return List.of();
    }

    /** What else there is to know of it, for a report of a fault: texts by file name. May take a while; never fails. */
    default Map<String, String> facts() {
        return Map.of();
    }

    /**
     * Asks the admin API of {@code process} for {@code pathAndQuery} by GET, PUT or DELETE.
     *
     * @throws AdminClient.Unreachable if nobody answers
     */
    AdminClient.Answer send(String process, String method, String pathAndQuery);

    /**
     * Follows a stream of events as {@link AdminClient#follow} does.
     *
     * @return the id to go on after
     * @throws AdminClient.Unreachable if nobody answers
     */
    String follow(String process, String path, String after, Consumer<AdminClient.StreamedEvent> consumer);

    @Override
    default void close() {}
}
