package io.clustermesh.bgp.rib;

import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which routes we believe. A neighbour is another system with its own mistakes; what it must never be able to do is take
 * away our own prefixes or all of our traffic.
 *
 * @param own our AS
 * @param advertised blocks that start here
 * @param ownAddresses our next hops and router id
 * @param acceptDefault whether 0.0.0.0/0 and ::/0 may come in
 * @param maxPrefixes per neighbour, refused ones counted
 */
public record ImportPolicy(
        Asn own, List<Cidr> advertised, Set<IpAddress> ownAddresses, boolean acceptDefault, int maxPrefixes) {

    /**
     * Blocks that no neighbour can lead to (RFC 6890): this host, loopback, link-local, multicast and above. The mapped
     * block is not parsed, because the JDK would make IPv4 of it.
     */
    private static final List<Cidr> MARTIANS = List.of(
            Cidr.parse("0.0.0.0/8"),
            Cidr.parse("127.0.0.0/8"),
            Cidr.parse("169.254.0.0/16"),
            Cidr.parse("224.0.0.0/3"),
            Cidr.parse("::/127"),
            new Cidr(new IpAddress(IpAddress.Family.IPV6, 0, 0xFFFF_0000_0000L), 96),
            Cidr.parse("fe80::/10"),
            Cidr.parse("ff00::/8"));

    /** Why a route is not believed. */
    public enum Refusal {
        /** Our own AS is on its path. */
        AS_LOOP("as-loop"),
        /** The path doesn't begin with the neighbour's AS (RFC 4271, 6.3). */
        NOT_FROM_NEIGHBOUR("not-from-neighbour"),
        /** It would take all traffic. */
        DEFAULT_ROUTE("default-route"),
        /** It overlaps a block that starts here. */
        OWN_PREFIX("own-prefix"),
        /** No neighbour can lead there. */
        MARTIAN("martian"),
        /** Its next hop is ourselves, or no host. */
        BAD_NEXT_HOP("bad-next-hop");

        private final String label;

        Refusal(String label) {
            this.label = label;
        }

        /** For metrics and JSON. */
        public String label() {
            return label;
        }
    }

    public ImportPolicy {
        advertised = List.copyOf(advertised);
        ownAddresses = Set.copyOf(ownAddresses);
    }

    /** Nothing if {@code route} may be used. */
    public Optional<Refusal> check(Route.Learned route) {
        Cidr prefix = route.prefix();
        if (route.attributes().asPath().contains(own)) {
            return Optional.of(Refusal.AS_LOOP);
        }
        if (!route.attributes().asPath().first().equals(Optional.of(route.from().asn()))) {
            return Optional.of(Refusal.NOT_FROM_NEIGHBOUR);
        }
        if (prefix.length() == 0) {
            return acceptDefault ? Optional.empty() : Optional.of(Refusal.DEFAULT_ROUTE);
        }
        if (advertised.stream().anyMatch(prefix::overlaps)) {
            return Optional.of(Refusal.OWN_PREFIX);
        }
        if (MARTIANS.stream().anyMatch(m -> m.contains(prefix.base()) && prefix.length() >= m.length())) {
            return Optional.of(Refusal.MARTIAN);
        }
        IpAddress nextHop = route.nextHop();
        if (ownAddresses.contains(nextHop)
                || route.from().nextHops().contains(nextHop)
                || MARTIANS.stream().anyMatch(m -> m.contains(nextHop))) {
            return Optional.of(Refusal.BAD_NEXT_HOP);
        }
        return Optional.empty();
    }
}
