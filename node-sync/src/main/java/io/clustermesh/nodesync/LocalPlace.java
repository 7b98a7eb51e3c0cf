package io.clustermesh.nodesync;

import io.clustermesh.model.IpAddress;
import io.clustermesh.nodesync.desired.Surroundings.Here;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node: its name, its zone, and the addresses on which node ports are served. Without any in the settings these are
 * all of its interfaces', as kube-proxy's; but no loopback ones, since a pod that connects to itself means itself. Asked by
 * the agent's thread.
 */
final class LocalPlace implements Supplier<Here> {

    private static final Logger LOG = LoggerFactory.getLogger(LocalPlace.class);

    /** A node with more addresses serves node ports on the first ones. */
    private static final int MAX_ADDRESSES = 16;

    private final String node;
    private final NodeSyncConfig.Place place;
    private List<IpAddress> last = List.of();

    LocalPlace(String node, NodeSyncConfig.Place place) {
        this.node = node;
        this.place = place;
    }

    @Override
    public Here get() {
        return new Here(node, place.zone(), place.addresses().isEmpty() ? addresses() : place.addresses());
    }

    private List<IpAddress> addresses() {
        TreeSet<IpAddress> addresses = new TreeSet<>();
        Predicate<InetAddress> usable = address -> !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isMulticastAddress()
                && !address.isAnyLocalAddress();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(usable)
                    .map(address -> IpAddress.of(address.getAddress()))
                    .forEach(addresses::add);
            last = addresses.stream().limit(MAX_ADDRESSES).toList();
        } catch (SocketException e) {
            LOG.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("can't read the node's addresses, node ports stay where they are");
        }
        return last;
    }
}
