package io.clustermesh.bgp.rib;

import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.bgp.packet.Community;
import io.clustermesh.bgp.packet.PathAttributes;
import io.clustermesh.model.IpAddress;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What we tell external neighbours: the best routes, with our AS in front and ourselves as next hop (RFC 4271, 5.1.3).
 *
 * @param own our AS
 */
public record ExportPolicy(Asn own) {

    private static final List<Community> STAY_HERE =
            List.of(Community.NO_EXPORT, Community.NO_ADVERTISE, Community.NO_EXPORT_SUBCONFED);

    /** What a neighbour is told about a prefix. */
    public record Told(PathAttributes attributes, IpAddress nextHop) {}

    /** Nothing if {@code to} must not hear of it. */
    public Optional<Told> export(Route route, Peer to) {
        if (!to.families().contains(route.prefix().base().family())) {
            return Optional.empty();
        }
        if (route instanceof Route.Learned learned) {
            // not back to where it came from, nor to an AS that would refuse it as a loop
            if (learned.from().address().equals(to.address())
                    || learned.attributes().asPath().contains(to.asn())
                    || !Collections.disjoint(learned.attributes().communities(), STAY_HERE)) {
                return Optional.empty();
            }
        }
        Optional<IpAddress> nextHop = to.nextHops().of(route.prefix().base().family());
        return nextHop.map(hop -> new Told(route.attributes().passedOnBy(own), hop));
    }
}
