package io.clustermesh.bgp.fsm;

import io.clustermesh.bgp.packet.Capability;
import io.clustermesh.bgp.packet.Message.Open;
import io.clustermesh.bgp.packet.RouterId;
import io.clustermesh.bgp.packet.Traits;
import io.clustermesh.model.IpAddress.Family;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * What both OPENs amount to.
 *
 * @param peerId the neighbour's BGP identifier
 * @param holdTime the smaller of the two; zero for none
 * @param traits of the octets
 * @param endOfRib whether the neighbour marks the end of its first announcements (RFC 4724)
 */
public record Agreement(RouterId peerId, Duration holdTime, Traits traits, boolean endOfRib) {

    /** From what we proposed and what came. A neighbour that names no family speaks IPv4 (RFC 4760, section 8). */
    public static Agreement of(Terms terms, Open theirs) {
        Set<Family> families = new HashSet<>();
        boolean named = false;
        boolean fourOctets = false;
        boolean endOfRib = false;
        for (Capability capability : theirs.capabilities()) {
            switch (capability) {
                case Capability.MultiProtocol multi -> {
                    named = true;
                    multi.family().ifPresent(families::add);
                }
                case Capability.FourOctetAs four -> fourOctets = true;
                case Capability.GracefulRestart restart -> endOfRib = true;
                case Capability.Unknown unknown -> {}
            }
        }
        if (!named) {
            families.add(Family.IPV4);
        }
        families.retainAll(terms.families());
        Duration hold = Duration.ofSeconds(Math.min(terms.holdTime().toSeconds(), theirs.holdSeconds()));
        return new Agreement(theirs.routerId(), hold, new Traits(fourOctets, families), endOfRib);
    }

    /** A third of the hold time (RFC 4271, 4.4). */
    public Duration keepaliveTime() {
        return holdTime.dividedBy(3);
    }
}
