package io.clustermesh.bpf.maps;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Which identity and cluster an address has: the longest prefix that holds it decides. Written by one thread; any thread
 * may read. IPv4 and IPv4 mapped into IPv6 are one and the same address.
 */
public interface IpCache extends AutoCloseable {

    /** How many prefixes fit. */
    int capacity();

    /** Writes one prefix. */
    default void put(Cidr prefix, IpcacheEntry entry) {
        putAll(Map.of(prefix, entry));
    }

    /** Writes many prefixes; where the kernel keeps them, with a few calls. */
    void putAll(Map<Cidr, IpcacheEntry> entries);

    /** Removes prefixes; missing ones are no fault. */
    void removeAll(Collection<Cidr> prefixes);

    /** The entry of the longest prefix that holds {@code address}. */
    Optional<IpcacheEntry> lookup(IpAddress address);

    /** Reads back every prefix. */
    Map<Cidr, IpcacheEntry> entries();

    /** Lets go of it. The kernel's stays where it is. */
    @Override
    void close();
}
