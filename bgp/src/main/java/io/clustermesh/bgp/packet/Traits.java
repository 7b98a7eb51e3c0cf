package io.clustermesh.bgp.packet;

import io.clustermesh.model.IpAddress.Family;
import java.util.Set;

/**
 * What both sides of a session agreed on, as far as it changes the octets.
 *
 * @param fourOctetAs AS numbers have four octets
 * @param families of which prefixes may be sent
 */
public record Traits(boolean fourOctetAs, Set<Family> families) {
    public Traits {
        families = Set.copyOf(families);
    }
}
