package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.cli.home.Homes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
     * @param peer the peer's name
     * @param ready connected, config accepted, everything synced
     * @param status the connection, as the replica says that holds it; missing if none knows the peer yet
     */
    public record PeerStatus(String peer, boolean ready, JsonNode status) {}

    public MeshStatus {
        clusters = List.copyOf(clusters);
    }

    /** Asks every process of every cluster; {@code now} is what ages are counted from. */
    public static MeshStatus ask(Homes homes, Instant now) {
        List<ClusterStatus> clusters = new ArrayList<>();
        for (ClusterHome home : homes.homes()) {
            List<ProcessStatus> processes = new ArrayList<>();
            for (String process : home.processes()) {
                processes.add(process(home, process, now));
            }
            clusters.add(new ClusterStatus(home.name().value(), processes, peers(home)));
        }
        return new MeshStatus(clusters);
    }

    private static ProcessStatus process(ClusterHome home, String name, Instant now) {
        AdminView ready = AdminView.of(home.socket(name), "/readyz");
        AdminView status = AdminView.of(home.socket(name), "/v1/status");
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
        return reasons.isEmpty() ? ready.error().orElse("") : String.join("; ", reasons);
    }

    private static List<PeerStatus> peers(ClusterHome home) {
        Map<String, JsonNode> known = new Replicas(home).connections();
        List<PeerStatus> rows = new ArrayList<>();
        for (String wanted : home.peers()) {
            Optional<JsonNode> peer = Optional.ofNullable(known.remove(wanted));
            boolean ready = peer.map(p -> p.path("ready").asBoolean()).orElse(false);
            rows.add(new PeerStatus(wanted, ready, peer.orElseGet(AdminView::missing)));
        }
        known.forEach((name, peer) -> rows.add(new PeerStatus(name, false, peer)));
        return rows;
    }

    /** Whether every process and every wanted peer is ready. */
    public boolean ready() {
        return notReady().isEmpty();
    }

    /** What is not ready, in words. */
    public List<String> notReady() {
        List<String> found = new ArrayList<>();
        for (ClusterStatus cluster : clusters) {
            cluster.processes().stream()
                    .filter(process -> !process.ready())
                    .forEach(process ->
                            found.add("%s of %s: %s".formatted(process.name(), cluster.name(), process.detail())));
            cluster.peers().stream()
                    .filter(peer -> !peer.ready())
                    .forEach(peer -> found.add("peer %s of %s is %s"
                            .formatted(
                                    peer.peer(),
                                    cluster.name(),
                                    AdminView.text(peer.status().path("state")))));
        }
        return found;
    }
}
