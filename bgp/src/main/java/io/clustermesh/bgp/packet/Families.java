package io.clustermesh.bgp.packet;

import io.clustermesh.model.IpAddress.Family;
import java.util.Optional;

/** The numbers of the address families (IANA); we speak unicast of both. */
final class Families {

    static final int UNICAST = 1;
    private static final int AFI_IPV4 = 1;
    private static final int AFI_IPV6 = 2;

    private Families() {}

    static int afi(Family family) {
        return family == Family.IPV4 ? AFI_IPV4 : AFI_IPV6;
    }

    static Optional<Family> of(int afi, int safi) {
        if (safi != UNICAST) {
            return Optional.empty();
        }
        return switch (afi) {
            case AFI_IPV4 -> Optional.of(Family.IPV4);
            case AFI_IPV6 -> Optional.of(Family.IPV6);
            default -> Optional.empty();
        };
    }
}
