package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.libbpf.BpfMap;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ipcache in the kernel: one trie of prefixes, whose first bits are the family, so that {@code ::/0} holds no IPv4
 * address.
 */
final class KernelIpCache implements IpCache {

    private final BpfMap map;

    KernelIpCache(PinnedMaps pins) {
        map = pins.open("ipcache");
    }

    @Override
    public int capacity() {
        return map.info().maxEntries();
    }

    @Override
    public void putAll(Map<Cidr, IpcacheEntry> entries) {
        List<BpfMap.Entry> bytes = entries.entrySet().stream()
                .map(it -> new BpfMap.Entry(IpcacheLayout.prefix(it.getKey()), IpcacheLayout.entry(it.getValue())))
                .toList();
        map.updateAll(bytes);
    }

    @Override
    public void removeAll(Collection<Cidr> prefixes) {
        prefixes.forEach(prefix -> map.delete(IpcacheLayout.prefix(prefix)));
    }

    @Override
    public Optional<IpcacheEntry> lookup(IpAddress address) {
        return map.lookup(
                        IpcacheLayout.prefix(new Cidr(address, address.family().bits())))
                .map(IpcacheLayout::entry);
    }

    @Override
    public Map<Cidr, IpcacheEntry> entries() {
        Map<Cidr, IpcacheEntry> read = new HashMap<>();
        for (BpfMap.Entry entry : map.entries()) {
            read.put(IpcacheLayout.prefix(entry.key()), IpcacheLayout.entry(entry.value()));
        }
        return read;
    }

    @Override
    public void close() {
        map.close();
    }
}
