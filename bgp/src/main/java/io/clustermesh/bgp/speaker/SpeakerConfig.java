package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.fsm.Terms;
import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.bgp.packet.RouterId;
import io.clustermesh.bgp.rib.ExportPolicy;
import io.clustermesh.bgp.rib.ImportPolicy;
import io.clustermesh.bgp.rib.NextHops;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All that a speaker must know.
 *
 * @param identity who it is
 * @param nextHops where others shall send packets; what is missing is taken from each session's interface
 * @param neighbors whom it talks to
 * @param routing what it tells and believes
 * @param timing how patient it is
 */
public record SpeakerConfig(
        Identity identity, NextHops nextHops, List<Neighbor> neighbors, Routing routing, Timing timing) {

    /**
     * @param asn its AS
     * @param routerId its BGP identifier
     * @param listen where neighbours reach it
     */
    public record Identity(Asn asn, RouterId routerId, InetSocketAddress listen) {}

    /**
     * @param address by which we dial it and know its calls
     * @param asn its AS, another than ours
     * @param port to dial
     * @param passive wait for its call, never dial
     * @param nextHops towards this neighbour, before those of the speaker
     */
    public record Neighbor(IpAddress address, Asn asn, int port, boolean passive, NextHops nextHops) {}

    /**
     * @param advertise blocks that start here
     * @param maxPrefixes per neighbour, after which its session ends
     * @param acceptDefault whether a neighbour may announce the default route
     * @param installRoutes whether best routes go into the kernel
     */
    public record Routing(List<Cidr> advertise, int maxPrefixes, boolean acceptDefault, boolean installRoutes) {
        public Routing {
            advertise = List.copyOf(advertise);
        }
    }

    /**
     * @param hold proposed hold time
     * @param connectRetry longest pause between two attempts to connect
     * @param convergence how long to wait, at most, for everybody's first announcements before kernel routes of an
     *     earlier life are removed
     */
    public record Timing(Duration hold, Duration connectRetry, Duration convergence) {}

    /** @throws IllegalArgumentException for neighbours that stand twice, are in our own AS, or are ourselves */
    public SpeakerConfig {
        neighbors = List.copyOf(neighbors);
        Set<IpAddress> seen = new HashSet<>();
        for (Neighbor neighbor : neighbors) {
            if (!seen.add(neighbor.address())) {
                throw new IllegalArgumentException(
                        "neighbor %s stands twice; write each once".formatted(neighbor.address()));
            }
        }
    }

    /** What we bring to the session with {@code neighbor}. */
    Terms terms(Neighbor neighbor) {
        return new Terms(
                identity.asn(), identity.routerId(), neighbor.asn(), timing.hold(), EnumSet.allOf(Family.class));
    }

    ImportPolicy importPolicy() {
        Set<IpAddress> own = new HashSet<>();
        own.add(identity.routerId().address());
        nextHops.ipv4().ifPresent(own::add);
        nextHops.ipv6().ifPresent(own::add);
        return new ImportPolicy(
                identity.asn(), routing.advertise(), own, routing.acceptDefault(), routing.maxPrefixes());
    }

    ExportPolicy exportPolicy() {
        return new ExportPolicy(identity.asn());
    }
}
