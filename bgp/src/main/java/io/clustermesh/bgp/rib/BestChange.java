package io.clustermesh.bgp.rib;

import io.clustermesh.model.Cidr;
import java.util.Optional;

/**
 * The best route to a prefix has changed.
 *
 * @param prefix where it leads
 * @param now the new one, if there is any
 */
public record BestChange(Cidr prefix, Optional<Route> now) {}
