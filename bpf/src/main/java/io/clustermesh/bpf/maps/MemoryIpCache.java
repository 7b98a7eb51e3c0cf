package io.clustermesh.bpf.maps;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The ipcache in memory: for machines without eBPF, and the model of the kernel's in tests. */
public final class MemoryIpCache implements IpCache {

    private final int capacity;
    private final Map<Cidr, IpcacheEntry> entries = new ConcurrentHashMap<>();

    /** @param capacity prefixes that fit */
    public MemoryIpCache(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("an ipcache of %d prefixes is none".formatted(capacity));
        }
        this.capacity = capacity;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public void putAll(Map<Cidr, IpcacheEntry> more) {
        more.forEach((prefix, entry) -> {
            Cidr unmapped = MappedAddresses.unmapped(prefix);
            if (entries.size() >= capacity && !entries.containsKey(unmapped)) {
                throw new IllegalStateException(
                        "the ipcache is full at %d prefixes; open it larger".formatted(capacity));
            }
            entries.put(unmapped, entry);
        });
    }

    @Override
    public void removeAll(Collection<Cidr> prefixes) {
        prefixes.forEach(prefix -> entries.remove(MappedAddresses.unmapped(prefix)));
    }

    @Override
    public Optional<IpcacheEntry> lookup(IpAddress address) {
        IpAddress unmapped = MappedAddresses.unmapped(address);
        for (int length = unmapped.family().bits(); length >= 0; length--) {
            Optional<IpcacheEntry> found = Optional.ofNullable(entries.get(Cidr.containing(unmapped, length)));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    @Override
    public Map<Cidr, IpcacheEntry> entries() {
        return Map.copyOf(entries);
    }

    @Override
    public void close() {}
}
