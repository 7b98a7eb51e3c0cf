package io.clustermesh.cli.rig.plan;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import java.util.List;

/**
 * A pair of address blocks, one of each family.
 *
 * @param v4 IPv4
 * @param v6 IPv6
 */
public record DualCidr(Cidr v4, Cidr v6) {

    static DualCidr parse(String v4, String v6) {
        return new DualCidr(Cidr.parse(v4), Cidr.parse(v6));
    }

    /** Both, IPv4 first. */
    public List<Cidr> both() {
        return List.of(v4, v6);
    }

    /** The addresses {@code offset} above the base of both blocks; {@code offset} is 1 to 65535. */
    public Dual at(int offset) {
        return new Dual(plus(v4.base(), offset), plus(v6.base(), offset));
    }

    private static IpAddress plus(IpAddress base, int offset) {
        return new IpAddress(base.family(), base.high(), base.low() + offset);
    }
}
