package io.clustermesh.bgp.netlink;

import io.clustermesh.bgp.netlink.RouteMessages.Answer;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress.Family;
import java.util.ArrayList;
import java.util.List;

/**
 * Our routes in the kernel's main table: protocol 186, metric 186. Needs CAP_NET_ADMIN. Bound to the network namespace of
 * the thread that makes it; used by one platform thread at a time.
 */
public final class NetlinkRoutes implements RouteTable {

    private static final int LISTING_ATTEMPTS = 5;

    private final NetlinkSocket socket = new NetlinkSocket();
    private int sequence;

    @Override
    public void replace(KernelRoute route) {
        request(
                "route to %s via %s".formatted(route.prefix(), route.gateway()),
                RouteMessages.replace(++sequence, route));
    }

    @Override
    public boolean remove(Cidr prefix) {
        try {
            request("removal of the route to " + prefix, RouteMessages.delete(++sequence, prefix));
            return true;
        } catch (NetlinkException e) {
            if (e.notFound()) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public List<KernelRoute> list() {
        List<KernelRoute> routes = new ArrayList<>();
        for (Family family : Family.values()) {
            routes.addAll(list(family));
        }
        return routes;
    }

    private List<KernelRoute> list(Family family) {
        String what = "listing of %s routes".formatted(family);
        for (int attempt = 0; attempt < LISTING_ATTEMPTS; attempt++) {
            List<KernelRoute> routes = new ArrayList<>();
            socket.send(what, RouteMessages.list(++sequence, family));
            if (collect(what, routes)) {
                return routes;
            }
        }
        throw new NetlinkException(
                what, 11, "the tables changed during each of %d listings".formatted(LISTING_ATTEMPTS));
    }

    /** False if the listing must be repeated. */
    private boolean collect(String what, List<KernelRoute> routes) {
        boolean whole = true;
        while (true) {
            byte[] datagram = socket.receive(what);
            for (Answer answer : RouteMessages.answers(datagram, datagram.length)) {
                switch (answer) {
                    case Answer.Found(int number, KernelRoute route) when number == sequence -> routes.add(route);
                    case Answer.Interrupted(int number) when number == sequence -> whole = false;
                    case Answer.Result(int number, int errno, String text)
                    when number == sequence -> {
                        if (errno != 0) {
                            throw new NetlinkException(what, errno, text);
                        }
                        return whole;
                    }
                    default -> {}
                }
            }
        }
    }

    private void request(String what, byte[] message) {
        socket.send(what, message);
        while (true) {
            byte[] datagram = socket.receive(what);
            for (Answer answer : RouteMessages.answers(datagram, datagram.length)) {
                // an answer to an earlier request that timed out is not ours
                if (answer instanceof Answer.Result(int number, int errno, String text) && number == sequence) {
                    if (errno != 0) {
                        throw new NetlinkException(what, errno, text);
                    }
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
