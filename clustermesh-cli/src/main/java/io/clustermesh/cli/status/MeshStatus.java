package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.home.Workload;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.runtime.Worker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The mesh at one moment, as its processes tell it.
 *
 * @param clusters all that could be seen
 */
public record MeshStatus(List<ClusterStatus> clusters) {

    /**
     * @param name the cluster
     * @param processes each process with an admin API
     * @param peers each peer that the cluster's files want, whether or not it knows of it yet
     */
    public record ClusterStatus(String name, List<ProcessStatus> processes, List<PeerStatus> peers) {}

    /**
     * @param name for example {@code n1-node-sync}
     * @param ready whether others may rely on it
     * @param lastEvent age of the last sign from what it depends on, for people
     * @param detail what is wrong, or what it has
     * @param status its own answer
     */
    public record ProcessStatus(String name, boolean ready, String lastEvent, String detail, JsonNode status) {}

    /**
     * Something that is not as it should be.
     *
     * @param what the thing and the cause
     * @param next the one command to try
     */
    public record Problem(String what, String next) {}

    /**
     * @param peer the peer's name
     * @param ready connected, config accepted, everything synced
     * @param status the connection, as the replica says that holds it; missing if none knows the peer yet
     */
    public record PeerStatus(String peer, boolean ready, JsonNode status) {}

    public MeshStatus {
        clusters = List.copyOf(clusters);
    }

    /**
     * Asks every process of every cluster, all clusters at once, so that silent ones cost one time limit and not the sum
     * of theirs; {@code now} is what ages are counted from.
     */
    public static MeshStatus ask(List<? extends ClusterAccess> clusters, Instant now) throws InterruptedException {
        try (ExecutorService threads = Worker.executor("status")) {
            List<Future<ClusterStatus>> answers = clusters.stream()
                    .map(cluster -> threads.submit(() -> ask(cluster, now)))
                    .toList();
            List<ClusterStatus> all = new ArrayList<>();
            for (Future<ClusterStatus> answer : answers) {
                all.add(answer.get());
            }
            return new MeshStatus(all);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a cluster's status could not be put together", e.getCause());
        }
    }

    private static ClusterStatus ask(ClusterAccess cluster, Instant now) {
        List<ProcessStatus> processes = new ArrayList<>();
        try {
            for (Workload workload : cluster.workloads()) {
                processes.add(workload(workload));
            }
            for (String process : cluster.processes()) {
                processes.add(process(cluster, process, now));
            }
            return new ClusterStatus(cluster.title(), processes, peers(cluster));
        } catch (CommandFailed e) {
            processes.add(new ProcessStatus(
                    "kubernetes-api", false, "-", String.valueOf(e.getMessage()), AdminView.missing()));
            return new ClusterStatus(cluster.title(), processes, List.of());
        }
    }

    private static ProcessStatus workload(Workload workload) {
        String counts = "%d of %d ready, version %s"
                .formatted(
                        workload.ready(), workload.wanted(), workload.version().isEmpty() ? "-" : workload.version());
        return new ProcessStatus(
                workload.name(),
                workload.good(),
                "-",
                workload.detail().isEmpty() ? counts : workload.detail(),
                AdminJson.mapper().valueToTree(workload));
    }

    private static ProcessStatus process(ClusterAccess cluster, String name, Instant now) {
        AdminView ready = AdminView.of(cluster, name, "/readyz");
        AdminView status = AdminView.of(cluster, name, "/v1/status");
        boolean isReady = ready.error().isEmpty();
        return new ProcessStatus(
                name, isReady, ProcessDetail.lastEvent(status.body(), now), detail(name, ready, status), status.body());
    }

    private static String detail(String name, AdminView ready, AdminView status) {
        if (ready.error().isEmpty()) {
            return ProcessDetail.of(name, status.body());
        }
        List<String> reasons = new ArrayList<>();
        ready.body().path("checks").properties().forEach(check -> {
            if (!check.getValue().asText().equals("ok")) {
                reasons.add(check.getKey() + ": " + check.getValue().asText());
            }
        });
        return reasons.isEmpty()
                ? ready.error().orElse("")
                        + ready.cause().map(cause -> ": " + cause).orElse("")
                : String.join("; ", reasons);
    }

    private static List<PeerStatus> peers(ClusterAccess cluster) {
        Map<String, JsonNode> known = new Replicas(cluster).connections();
        List<PeerStatus> rows = new ArrayList<>();
        for (String wanted : cluster.peers()) {
            Optional<JsonNode> peer = Optional.ofNullable(known.remove(wanted));
            boolean ready = peer.map(p -> p.path("ready").asBoolean()).orElse(false);
            rows.add(new PeerStatus(wanted, ready, peer.orElseGet(AdminView::missing)));
        }
        known.forEach((name, peer) -> rows.add(new PeerStatus(name, false, peer)));
        return rows;
    }

    /** Whether every process and every wanted peer is ready. */
    public boolean ready() {
        return problems().isEmpty();
    }

    /** What is not ready, in words. */
    public List<String> notReady() {
        return problems().stream().map(Problem::what).toList();
    }

    /** What is not ready, and what to do next. */
    public List<Problem> problems() {
        List<Problem> found = new ArrayList<>();
        for (ClusterStatus cluster : clusters) {
            cluster.processes().stream()
                    .filter(process -> !process.ready())
                    .forEach(process -> found.add(new Problem(
                            "%s of %s: %s".formatted(process.name(), cluster.name(), process.detail()),
                            next(process))));
            cluster.peers().stream()
                    .filter(peer -> !peer.ready())
                    .forEach(peer -> found.add(problem(cluster.name(), peer)));
        }
        return found;
    }

    private static Problem problem(String cluster, PeerStatus peer) {
        String failure = peer.status().path("lastFailure").path("reason").asText();
        return new Problem(
                "peer %s of %s is %s%s"
                        .formatted(
                                peer.peer(),
                                cluster,
                                AdminView.text(peer.status().path("state")),
                                failure.isEmpty() || failure.equals("null") ? "" : ": " + failure),
                "clustermesh events");
    }

    private static String next(ProcessStatus process) {
        if (process.name().equals("kubernetes-api")) {
            return "check the context with \"kubectl cluster-info\"";
        }
        return process.status().path("next").asText("clustermesh events");
    }
}
