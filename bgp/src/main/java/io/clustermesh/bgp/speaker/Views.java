package io.clustermesh.bgp.speaker;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The structures that the admin API shows. */
public final class Views {

    private Views() {}

    /**
     * @param ipv4 of IPv4
     * @param ipv6 of IPv6
     */
    public record PerFamily(int ipv4, int ipv6) {}

    /**
     * @param address of the neighbour
     * @param asn its AS
     * @param state the RFC's word: Idle, Connect, Active, OpenSent, OpenConfirm, Established
     * @param session more, while it is established
     * @param history what happened so far
     */
    public record PeerView(
            String address, long asn, String state, Optional<SessionView> session, HistoryView history) {}

    /**
     * @param routerId the neighbour's
     * @param uptimeSeconds since it was established
     * @param holdSeconds agreed on; 0 for none
     * @param routes how many
     */
    public record SessionView(String routerId, long uptimeSeconds, long holdSeconds, RouteCounts routes) {}

    /**
     * @param received that the neighbour told us
     * @param accepted those of them that we believe
     * @param advertised that the neighbour knows from us
     */
    public record RouteCounts(PerFamily received, PerFamily accepted, PerFamily advertised) {}

    /**
     * @param failures attempts to connect that failed, and sessions that ended
     * @param sessions that were established
     * @param lastError in words; empty if there was none
     */
    public record HistoryView(long failures, long sessions, String lastError) {}

    /**
     * @param prefix where it leads
     * @param nextHop the gateway; "-" if it starts here
     * @param asPath systems on the way
     * @param from the neighbour that told it; "-" if it starts here
     * @param communities marks
     */
    public record RouteView(String prefix, String nextHop, String asPath, String from, List<String> communities) {}

    /**
     * @param asn our AS
     * @param routerId our BGP identifier
     * @param sessions established ones and all neighbours
     * @param routes best routes and what the kernel has of them
     * @param events the last ones, oldest first
     */
    public record StatusView(
            long asn, String routerId, SessionCounts sessions, TableView routes, List<EventLog.Event> events) {}

    /**
     * @param established now
     * @param neighbors configured
     * @param strangers calls from addresses that are nobody's
     */
    public record SessionCounts(long established, int neighbors, long strangers) {}

    /**
     * @param best in the Loc-RIB
     * @param refused by rule
     * @param kernel what the kernel has; absent if routes are not installed
     */
    public record TableView(int best, Map<String, Long> refused, Optional<KernelView> kernel) {}

    /**
     * @param installed routes that the kernel took
     * @param failed prefixes that it refused, with its words
     * @param converged whether routes of an earlier life have been removed
     */
    public record KernelView(int installed, Map<String, String> failed, boolean converged) {}
}
