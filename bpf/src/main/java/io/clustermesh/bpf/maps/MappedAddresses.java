package io.clustermesh.bpf.maps;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;

/** IPv4 in IPv6 (RFC 4291, 2.5.5.2): what the kernel's 16-byte keys cannot tell apart, the twin in memory must not. */
final class MappedAddresses {

    private static final long PREFIX = 0xffffL << 32;
    private static final int PREFIX_BITS = 96;

    private MappedAddresses() {}

    /** {@code ::ffff:a.b.c.d} becomes {@code a.b.c.d}; anything else stays. */
    static IpAddress unmapped(IpAddress ip) {
        boolean mapped = ip.family() == Family.IPV6 && ip.high() == 0 && (ip.low() & ~0xffff_ffffL) == PREFIX;
        return mapped ? new IpAddress(Family.IPV4, 0, ip.low() & 0xffff_ffffL) : ip;
    }

    /** A block of mapped addresses becomes one of IPv4. */
    static Cidr unmapped(Cidr block) {
        IpAddress base = unmapped(block.base());
        return base == block.base() || block.length() < PREFIX_BITS
                ? block
                : new Cidr(base, block.length() - PREFIX_BITS);
    }

    static FrontendKey unmapped(FrontendKey frontend) {
        IpAddress ip = unmapped(frontend.ip());
        return ip == frontend.ip() ? frontend : new FrontendKey(ip, frontend.l4());
    }

    static BackendEntry unmapped(BackendEntry backend) {
        IpAddress ip = unmapped(backend.ip());
        return ip == backend.ip() ? backend : new BackendEntry(ip, backend.l4(), backend.clusterId(), backend.state());
    }
}
