package io.clustermesh.nodesync.view;

import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.ServiceName;
import io.clustermesh.nodesync.agent.EventLog;
import io.clustermesh.nodesync.agent.Refusals;
import io.clustermesh.nodesync.apply.Programmer;
import io.clustermesh.nodesync.audit.AuditReport;
import io.clustermesh.nodesync.desired.Finding;
import io.clustermesh.nodesync.desired.Inventory;
import io.clustermesh.nodesync.quarantine.QuarantineReport;
import io.clustermesh.nodesync.stuck.StuckReport;
import io.clustermesh.store.sync.Freshness;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * {@code /v1/status}.
 *
 * @param node where it runs
 * @param apiserver the connection to the own mesh-apiserver
 * @param dataPlane the tables
 * @param records what came in
 * @param impaired services that are not served exactly as asked, by name
 * @param audit what audits of the tables have found
 * @param quarantine who gets no new connections because he does not answer
 * @param sockets what was done about sockets on lost backends
 * @param events the last things worth telling, oldest first
 */
public record Status(
        Node node,
        Apiserver apiserver,
        DataPlane dataPlane,
        Records records,
        Map<ServiceName, List<Finding>> impaired,
        AuditReport audit,
        QuarantineReport quarantine,
        StuckReport sockets,
        List<EventLog.Event> events) {

    /**
     * @param name the node
     * @param cluster its cluster
     * @param clusterId its cluster's id
     */
    public record Node(String name, ClusterName cluster, ClusterId clusterId) {}

    /**
     * @param endpoints tried in turn
     * @param connected whether every watch stands right now
     * @param synced whether every prefix was read completely at least once
     * @param sources the watches, by prefix
     */
    public record Apiserver(List<URI> endpoints, boolean connected, boolean synced, Map<String, Freshness> sources) {}

    /**
     * @param kind {@code kernel} or {@code memory}
     * @param settled whether the tables have been brought to what the mesh says
     * @param used what is in use
     * @param capacity what fits
     */
    public record DataPlane(String kind, boolean settled, Programmer.Usage used, ServiceTables.Capacity capacity) {}

    /**
     * @param services good records held
     * @param refusals malformed records since the start
     * @param refused those kept out right now
     */
    public record Records(Inventory.Counts services, long refusals, List<Refusals.Refusal> refused) {}
}
