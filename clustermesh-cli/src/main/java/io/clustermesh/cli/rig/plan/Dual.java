package io.clustermesh.cli.rig.plan;

import io.clustermesh.model.IpAddress;
import java.util.List;

/**
 * A pair of addresses, one of each family.
 *
 * @param v4 IPv4
 * @param v6 IPv6
 */
public record Dual(IpAddress v4, IpAddress v6) {

    /** Parses one of each family. */
    public static Dual parse(String v4, String v6) {
        return new Dual(IpAddress.parse(v4), IpAddress.parse(v6));
    }

    /** Both, IPv4 first. */
    public List<IpAddress> both() {
        return List.of(v4, v6);
    }
}
