package io.clustermesh.cli.rig;

import io.clustermesh.model.IpAddress;

/** Where a pod listens in a rig without namespaces: 10.a.b.c becomes 127.a.b.c, which every machine has. */
public final class Loopback {

    private Loopback() {}

    /** The loopback address that stands for pod address {@code ip}, an IPv4 one. */
    public static IpAddress of(IpAddress ip) {
        if (ip.family() != IpAddress.Family.IPV4 || ip.low() >>> 24 != 10) {
            throw new IllegalArgumentException("%s is no pod address of the rig (10.0.0.0/8)".formatted(ip));
        }
        return new IpAddress(ip.family(), 0, ip.low() & 0xff_ffffL | 127L << 24);
    }
}
