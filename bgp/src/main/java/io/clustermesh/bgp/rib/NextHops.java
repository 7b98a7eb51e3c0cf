package io.clustermesh.bgp.rib;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.util.Optional;

/**
 * Our addresses in announcements. Without one, prefixes of that family are not announced.
 *
 * @param ipv4 for IPv4 prefixes
 * @param ipv6 for IPv6 prefixes, also over sessions that run over IPv4
 */
public record NextHops(Optional<IpAddress> ipv4, Optional<IpAddress> ipv6) {

    /** @throws IllegalArgumentException for an address of the other family */
    public NextHops {
        if (ipv4.map(IpAddress::family).equals(Optional.of(Family.IPV6))
                || ipv6.map(IpAddress::family).equals(Optional.of(Family.IPV4))) {
            throw new IllegalArgumentException("nextHop4 must be an IPv4 and nextHop6 an IPv6 address");
        }
    }

    /** For prefixes of {@code family}. */
    public Optional<IpAddress> of(Family family) {
        return family == Family.IPV4 ? ipv4 : ipv6;
    }

    /** These, and those of {@code fallback} where there is none. */
    public NextHops or(NextHops fallback) {
        return new NextHops(ipv4.or(fallback::ipv4), ipv6.or(fallback::ipv6));
    }

    boolean contains(IpAddress address) {
        return of(address.family()).equals(Optional.of(address));
    }
}
