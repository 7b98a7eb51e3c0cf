package io.clustermesh.bgp.packet;

import io.clustermesh.model.IpAddress.Family;
import java.util.Optional;

/** What a speaker can do, said in its OPEN (RFC 5492). One that we don't know is kept, shown and otherwise ignored. */
public sealed interface Capability {

    /** Prefixes of one more family (RFC 4760, section 8). */
    record MultiProtocol(int afi, int safi) implements Capability {

        /** Unicast of {@code family}. */
        public static MultiProtocol unicast(Family family) {
            return new MultiProtocol(Families.afi(family), Families.UNICAST);
        }

        /** The family, if it is one that we speak. */
        public Optional<Family> family() {
            return Families.of(afi, safi);
        }
    }

    /** AS numbers of four octets (RFC 6793), with the speaker's own. */
    record FourOctetAs(Asn asn) implements Capability {}

    /**
     * Graceful restart (RFC 4724). We keep no routes over a restart and name no family; saying the capability makes
     * neighbours send End-of-RIB, by which we know that we have heard everything.
     */
    record GracefulRestart(Octets value) implements Capability {

        /** Restart time zero, no families. */
        public static final GracefulRestart END_OF_RIB_ONLY = new GracefulRestart(Octets.of((byte) 0, (byte) 0));
    }

    /** One that we don't know. */
    record Unknown(int code, Octets value) implements Capability {}
}
