package io.clustermesh.bgp.rib;

import io.clustermesh.bgp.packet.PathAttributes;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import java.util.Comparator;
import java.util.Optional;

/** A way to a prefix. */
public sealed interface Route {

    /** Where it leads. */
    Cidr prefix();

    PathAttributes attributes();

    /** The gateway, unless the route starts here. */
    default Optional<IpAddress> gateway() {
        return switch (this) {
            case Local local -> Optional.empty();
            case Learned learned -> Optional.of(learned.nextHop());
        };
    }

    /** One that starts here: a block that we advertise. */
    record Local(Cidr prefix) implements Route {
        @Override
        public PathAttributes attributes() {
            return PathAttributes.local();
        }
    }

    /**
     * One that a neighbour told us.
     *
     * @param nextHop the gateway
     * @param from who told it
     */
    record Learned(Cidr prefix, IpAddress nextHop, PathAttributes attributes, Peer from) implements Route {}

    /**
     * The better route first (RFC 4271, 9.1.2.2, as far as it concerns external sessions): our own, the shorter AS path,
     * the lower origin, the lower router id, the lower address of the neighbour. MED is left out, because comparing it
     * only within one neighbouring AS is no order (the best of three would depend on who came first).
     */
    Comparator<Route> BEST_FIRST = Comparator.<Route>comparingInt(r -> r instanceof Local ? 0 : 1)
            .thenComparingInt(r -> r.attributes().asPath().length())
            .thenComparing(r -> r.attributes().origin())
            .thenComparing(Route::compareTellers);

    private static int compareTellers(Route one, Route other) {
        return one instanceof Learned a && other instanceof Learned b
                ? Comparator.comparing(Peer::routerId)
                        .thenComparing(Peer::address)
                        .compare(a.from(), b.from())
                : 0;
    }
}
