package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.rib.NextHops;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** Under which addresses a neighbour can send us packets: those of the interface that its session runs over. */
final class LocalAddresses {

    private LocalAddresses() {}

    /** The session's own address, and for the other family the first global one of the same interface. */
    static NextHops of(SocketChannel channel) {
        try {
            InetAddress local = ((InetSocketAddress) channel.getLocalAddress()).getAddress();
            IpAddress own = IpAddress.of(local.getAddress());
            Optional<IpAddress> other = Optional.ofNullable(NetworkInterface.getByInetAddress(local)).stream()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLinkLocalAddress() && !address.isLoopbackAddress())
                    .map(address -> IpAddress.of(address.getAddress()))
                    .filter(address -> address.family() != own.family())
                    .findFirst();
            return own.family() == Family.IPV4
                    ? new NextHops(Optional.of(own), other)
                    : new NextHops(other, Optional.of(own));
        } catch (IOException e) {
            // the connection is gone already, and its end will be seen in a moment
            return new NextHops(Optional.empty(), Optional.empty());
        }
    }
}
