package io.clustermesh.bgp.fsm;

import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.bgp.packet.Capability;
import io.clustermesh.bgp.packet.Message.Open;
import io.clustermesh.bgp.packet.RouterId;
import io.clustermesh.model.IpAddress.Family;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What we bring to a session and demand of the other side.
 *
 * @param asn our AS
 * @param routerId our BGP identifier
 * @param peerAsn the AS that the neighbour must be in, another than ours
 * @param holdTime that we propose; whole seconds, at least 3, or zero for none
 * @param families whose prefixes we would exchange
 */
public record Terms(Asn asn, RouterId routerId, Asn peerAsn, Duration holdTime, Set<Family> families) {

    /** @throws IllegalArgumentException for an internal neighbour or an illegal hold time */
    public Terms {
        if (asn.equals(peerAsn)) {
            throw new IllegalArgumentException(
                    "neighbour has our own AS %s, and only external BGP is spoken here; give each speaker its own AS"
                            .formatted(asn));
        }
        long seconds = holdTime.toSeconds();
        if (seconds < 0 || seconds > 65535 || seconds == 1 || seconds == 2) {
            throw new IllegalArgumentException(
                    "hold time %s is neither 0 nor 3 s to 65535 s (RFC 4271, 4.2)".formatted(holdTime));
        }
        families = Set.copyOf(families);
    }

    /** The OPEN that says it. */
    public Open open() {
        List<Capability> capabilities = new ArrayList<>();
        for (Family family : new TreeSet<>(families)) {
            capabilities.add(Capability.MultiProtocol.unicast(family));
        }
        capabilities.add(Capability.GracefulRestart.END_OF_RIB_ONLY);
        capabilities.add(new Capability.FourOctetAs(asn));
        return new Open(asn, (int) holdTime.toSeconds(), routerId, capabilities);
    }
}
