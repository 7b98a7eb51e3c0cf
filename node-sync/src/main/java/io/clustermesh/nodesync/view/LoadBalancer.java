package io.clustermesh.nodesync.view;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import java.util.List;
import java.util.Optional;

/**
 * The tables as read back: {@code /v1/lb}.
 *
 * @param dataPlane {@code kernel} or {@code memory}
 * @param frontends sorted by address
 */
public record LoadBalancer(String dataPlane, List<Frontend> frontends) {

    /**
     * An address and port.
     *
     * @param text {@code ip:port}, an IPv6 address in brackets
     * @param ip the address
     * @param port the port
     * @param protocol TCP or UDP
     */
    public record Endpoint(String text, IpAddress ip, int port, Protocol protocol) {

        static Endpoint of(IpAddress ip, L4 l4) {
            String host = ip.family() == IpAddress.Family.IPV6 ? "[" + ip + "]" : ip.toString();
            return new Endpoint(host + ":" + l4.port(), ip, l4.port(), l4.protocol());
        }
    }

    /**
     * An entry of the service map with its policy word.
     *
     * @param address what clients connect to
     * @param service whose it is; empty for what an earlier agent left and nobody has claimed yet
     * @param ageSeconds since the service's records last changed; empty if unknown
     * @param serviceId index of the policy word
     * @param slots by number, the unused ones left out
     */
    public record Frontend(
            Endpoint address,
            Optional<ServiceName> service,
            Optional<Long> ageSeconds,
            int serviceId,
            List<Slot> slots) {}

    /**
     * A cluster's slot.
     *
     * @param number its place in the policy word
     * @param cluster whose backends
     * @param policy what the policy word says of it
     * @param table where its table lies
     * @param backends those in the table, by address
     */
    public record Slot(int number, Cluster cluster, Policy policy, Table table, List<Backend> backends) {}

    /**
     * @param id cluster id
     * @param name its name; empty if no record named it
     * @param down whether its cluster-down bit is set
     */
    public record Cluster(int id, Optional<ClusterName> name, boolean down) {}

    /**
     * @param tier 0 is asked first
     * @param weight 0 is off
     * @param share part of new connections that goes to this slot now, 0 to 1
     */
    public record Policy(int tier, int weight, double share) {}

    /**
     * @param base first entry in the arena
     * @param size entries
     */
    public record Table(int base, int size) {}

    /**
     * @param index its entry in the backend array
     * @param address where it listens; empty if the entry is cleared
     * @param state whether it takes new connections; empty if the entry is cleared
     * @param cluster the entry's cluster
     * @param share part of the slot's connections that goes to it, 0 to 1
     */
    public record Backend(
            int index,
            Optional<Endpoint> address,
            Optional<BackendEntry.State> state,
            Optional<Cluster> cluster,
            double share) {}
}
