package io.clustermesh.cli.demo;

import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How long a change took to each hop, in ms since the EndpointSlices were written. */
final class HopTable {

    private static final String SUBJECT = "shop/echo";

    private final Table table = new Table(
            "CHANGE",
            "SOURCE READ",
            "IN ETCD",
            "OWN NODE TOLD",
            "OWN MAP",
            "PEER TOLD",
            "IN PEER'S ETCD",
            "PEER'S NODE TOLD",
            "PEER'S MAP");

    /** Adds a change of {@code own}, asking all processes that it passed. */
    void add(String change, ClusterPlan own, ClusterPlan peer, Instant announced) {
        List<Hops.Entry> source = Hops.of(own.socket("mesh-apiserver"));
        List<Hops.Entry> ownNode = Hops.of(own.socket("n1-node-sync"));
        List<Hops.Entry> mirror = Hops.of(peer.socket("mesh-apiserver"));
        List<Hops.Entry> peerNode = Hops.of(peer.socket("n1-node-sync"));
        String cluster = own.name().value();
        table.row(
                change,
                cell(source, "SOURCE", cluster, announced),
                cell(source, "PUBLISHED", cluster, announced),
                cell(ownNode, "AGENT_RECEIVED", cluster, announced),
                cell(ownNode, "APPLIED", cluster, announced),
                cell(mirror, "PEER_RECEIVED", cluster, announced),
                cell(mirror, "MIRRORED", cluster, announced),
                cell(peerNode, "AGENT_RECEIVED", cluster, announced),
                cell(peerNode, "APPLIED", cluster, announced));
    }

    List<String> lines() {
        return table.lines();
    }

    private static String cell(List<Hops.Entry> entries, String hop, String cluster, Instant announced) {
        Optional<Duration> took = Hops.first(entries, hop, SUBJECT, cluster, announced);
        return took.map(t -> String.format(Locale.ROOT, "%.1f", t.toNanos() / 1e6))
                .orElse("-");
    }
}
