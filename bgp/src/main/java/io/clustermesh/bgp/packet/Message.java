package io.clustermesh.bgp.packet;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.util.List;
import java.util.Optional;

/** A BGP message (RFC 4271, section 4). */
public sealed interface Message {

    /**
     * The first message in both directions.
     *
     * @param asn the sender's, all four octets of it
     * @param holdSeconds proposed hold time, 0 for none
     * @param routerId the sender's
     * @param capabilities in their order
     */
    record Open(Asn asn, int holdSeconds, RouterId routerId, List<Capability> capabilities) implements Message {

        /** @throws IllegalArgumentException for a hold time that RFC 4271 forbids */
        public Open {
            if (holdSeconds < 0 || holdSeconds > 0xFFFF || holdSeconds == 1 || holdSeconds == 2) {
                throw new IllegalArgumentException(
                        "hold time %d s is neither 0 nor 3..65535 (RFC 4271, 4.2)".formatted(holdSeconds));
            }
            capabilities = List.copyOf(capabilities);
        }
    }

    /**
     * Prefixes taken back and announced, of both families. What RFC 7606 calls treat-as-withdraw has been done: such
     * prefixes stand among the withdrawn, and the fault is told.
     *
     * @param withdrawn no longer reachable through the sender
     * @param attributes of everything announced; present if anything is
     * @param announced at most one entry per family
     * @param endOfRib set if this is the marker that all of a family has been said (RFC 4724, section 2)
     * @param faults what was wrong with it and did not end the session
     */
    record Update(
            List<Cidr> withdrawn,
            Optional<PathAttributes> attributes,
            List<Announcement> announced,
            Optional<Family> endOfRib,
            List<AttributeFault> faults)
            implements Message {

        public Update {
            withdrawn = List.copyOf(withdrawn);
            announced = List.copyOf(announced);
            faults = List.copyOf(faults);
        }

        /** An announcement of prefixes of one family. */
        public static Update announce(PathAttributes attributes, IpAddress nextHop, List<Cidr> prefixes) {
            return new Update(
                    List.of(),
                    Optional.of(attributes),
                    List.of(new Announcement(nextHop, prefixes)),
                    Optional.empty(),
                    List.of());
        }

        /** A withdrawal. */
        public static Update withdraw(List<Cidr> prefixes) {
            return new Update(prefixes, Optional.empty(), List.of(), Optional.empty(), List.of());
        }

        /** The marker that all of {@code family} has been said. */
        public static Update endOfRib(Family family) {
            return new Update(List.of(), Optional.empty(), List.of(), Optional.of(family), List.of());
        }
    }

    /**
     * Prefixes of one family behind one next hop.
     *
     * @param nextHop where to send packets for them
     * @param prefixes at least one
     */
    record Announcement(IpAddress nextHop, List<Cidr> prefixes) {
        public Announcement {
            prefixes = List.copyOf(prefixes);
        }
    }

    /** The sender lives. */
    record Keepalive() implements Message {}

    /**
     * Why the connection ends; the last message.
     *
     * @param code class of error
     * @param subcode within the class, 0 for unspecific
     * @param data what was wrong, its form depending on the code
     */
    record Notification(int code, int subcode, Octets data) implements Message {

        /** Without data. */
        public Notification(int code, int subcode) {
            this(code, subcode, Octets.EMPTY);
        }

        /** In words, for logs and status. */
        public String describe() {
            return NotificationNames.describe(code, subcode);
        }
    }
}
