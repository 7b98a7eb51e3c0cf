package io.clustermesh.bpf.maps;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import org.jspecify.annotations.Nullable;

/**
 * A service's address: what a client connects to.
 *
 * @param ip virtual IP, in the kernel 16 bytes for both families (IPv4 as v4-mapped)
 * @param l4 protocol and port
 */
public record FrontendKey(IpAddress ip, L4 l4) implements Comparable<FrontendKey> {

    // by hand for the reason that IpAddress gives
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FrontendKey that && ip.equals(that.ip) && l4.equals(that.l4);
    }

    @Override
    public int hashCode() {
        return ip.hashCode() * 31 + l4.hashCode();
    }

    @Override
    public int compareTo(FrontendKey other) {
        int byIp = ip.compareTo(other.ip);
        return byIp != 0 ? byIp : l4.compareTo(other.l4);
    }

    @Override
    public String toString() {
        String host = ip.family() == IpAddress.Family.IPV6 ? "[" + ip + "]" : ip.toString();
        return host + ":" + l4.port() + "/" + l4.protocol();
    }
}
