package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.libbpf.BpfMap;
import io.clustermesh.bpf.libbpf.MappedRegion;
import io.clustermesh.bpf.libbpf.RingBuffer;
import java.util.ArrayList;
import java.util.List;

/** The kernel's tallies and its ring of failures. The ring has one reader at a time, whoever calls. */
final class KernelTallies implements ConnectTallies, AutoCloseable {

    private final Bounds bounds;
    private final BpfMap counters;
    private final MappedRegion backends;
    private final MappedRegion services;
    private final RingBuffer failures;

    KernelTallies(PinnedMaps pins, Bounds bounds) {
        this.bounds = bounds;
        this.counters = pins.open("counters");
        try (BpfMap backendMap = pins.open("backend_tallies");
                BpfMap serviceMap = pins.open("service_tallies");
                BpfMap failureMap = pins.open("failures")) {
            this.backends = backendMap.mmap();
            this.services = serviceMap.mmap();
            this.failures = failureMap.ring();
        }
    }

    @Override
    public BackendTally backend(int index) {
        bounds.checkBackend(index);
        long at = (long) index * KernelLayout.TALLY_BYTES;
        return new BackendTally(
                backends.getLong(at), backends.getLong(at + 8), backends.getLong(at + 16), backends.getLong(at + 24));
    }

    @Override
    public ServiceTally service(int serviceId) {
        bounds.checkServiceId(serviceId);
        long at = (long) serviceId * KernelLayout.TALLY_BYTES;
        return new ServiceTally(
                services.getLong(at), services.getLong(at + 8), services.getLong(at + 16), services.getLong(at + 24));
    }

    /** Forgets what an entry's former owner did. A connect that ends at this moment may still be counted to it. */
    void clearBackend(int index) {
        clear(backends, index);
    }

    void clearService(int serviceId) {
        clear(services, serviceId);
    }

    private static void clear(MappedRegion region, int index) {
        long at = (long) index * KernelLayout.TALLY_BYTES;
        for (int word = 0; word < KernelLayout.TALLY_BYTES; word += Long.BYTES) {
            region.setLong(at + word, 0);
        }
    }

    @Override
    public synchronized List<ConnectFailure> failures(int limit) {
        List<ConnectFailure> read = new ArrayList<>();
        failures.drain(limit, bytes -> read.add(KernelLayout.failure(bytes)));
        return read;
    }

    @Override
    public long lostFailures() {
        return counters.lookupPerCpu(new byte[Integer.BYTES]).stream()
                .mapToLong(KernelLayout::lostFailures)
                .sum();
    }

    Counters counters() {
        return counters.lookupPerCpu(new byte[Integer.BYTES]).stream()
                .map(KernelLayout::counters)
                .reduce(Counters.NONE, Counters::plus);
    }

    @Override
    public void close() {
        failures.close();
        services.close();
        backends.close();
        counters.close();
    }
}
