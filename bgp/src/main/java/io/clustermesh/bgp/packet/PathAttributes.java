package io.clustermesh.bgp.packet;

import java.util.List;
import java.util.OptionalLong;

/**
 * What all prefixes of an announcement have in common, next hops aside (RFC 4271, section 5).
 *
 * @param origin how the first AS learned of them
 * @param asPath the systems on the way
 * @param med the neighbour's wish which of several links to take; goes no further than one AS
 * @param communities marks
 * @param others optional transitive attributes that we don't know and pass on
 */
public record PathAttributes(
        Origin origin, AsPath asPath, OptionalLong med, List<Community> communities, List<Opaque> others) {

    /** ORIGIN (RFC 4271, 5.1.1), the lower the better. */
    public enum Origin {
        /** Interior to the first AS. */
        IGP,
        /** Learned through EGP. */
        EGP,
        /** Any other way. */
        INCOMPLETE
    }

    /**
     * An attribute as it came.
     *
     * @param flags of which the partial bit gets set when it is passed on
     * @param type code
     * @param value octets
     */
    public record Opaque(int flags, int type, Octets value) {}

    public PathAttributes {
        communities = List.copyOf(communities);
        others = List.copyOf(others);
    }

    /** Of a route that starts here. */
    public static PathAttributes local() {
        return new PathAttributes(Origin.IGP, AsPath.EMPTY, OptionalLong.empty(), List.of(), List.of());
    }

    /** As passed on to another AS: our number in front, without MED (RFC 4271, 5.1.4). */
    public PathAttributes passedOnBy(Asn own) {
        return new PathAttributes(origin, asPath.prepend(own), OptionalLong.empty(), communities, others);
    }
}
