package io.clustermesh.bgp.netlink;

import io.clustermesh.model.Cidr;
import java.util.List;

/** The routes of this speaker in a routing table, and nobody else's. One thread at a time. */
public interface RouteTable extends AutoCloseable {

    /**
     * Adds the route, or puts it in the place of ours to the same prefix.
     *
     * @throws NetlinkException if it is refused, for instance because the gateway is on no connected network
     */
    void replace(KernelRoute route);

    /** Removes our route; false if there is none. */
    boolean remove(Cidr prefix);

    /** Our routes as they are. */
    List<KernelRoute> list();

    @Override
    void close();
}
