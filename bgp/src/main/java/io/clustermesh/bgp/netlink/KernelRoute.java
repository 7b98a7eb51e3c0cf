package io.clustermesh.bgp.netlink;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;

/**
 * A route through a gateway.
 *
 * @param prefix where it leads
 * @param gateway of the same family, on a directly connected network
 */
public record KernelRoute(Cidr prefix, IpAddress gateway) {

    /** @throws IllegalArgumentException if the families differ */
    public KernelRoute {
        if (prefix.base().family() != gateway.family()) {
            throw new IllegalArgumentException(
                    "route to %s through %s mixes address families".formatted(prefix, gateway));
        }
    }
}
