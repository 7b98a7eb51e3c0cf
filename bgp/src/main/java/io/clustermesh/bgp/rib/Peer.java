package io.clustermesh.bgp.rib;

import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.bgp.packet.RouterId;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.util.Set;

/**
 * A neighbour with a session.
 *
 * @param address by which it is configured; its identity
 * @param asn its AS
 * @param routerId its BGP identifier
 * @param families whose prefixes the session carries
 * @param nextHops our addresses towards it
 */
public record Peer(IpAddress address, Asn asn, RouterId routerId, Set<Family> families, NextHops nextHops) {
    public Peer {
        families = Set.copyOf(families);
    }
}
