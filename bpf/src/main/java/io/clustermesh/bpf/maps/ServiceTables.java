package io.clustermesh.bpf.maps;

import java.util.Map;
import java.util.Optional;

/**
 * The tables of the service data plane, written by one thread (node-sync's writer) and read by the kernel at every
 * connect; any thread may read. Two implementations pass one contract suite: the kernel's pinned maps, and memory.
 *
 * <p>Order of writes that keeps every moment valid: backends, then table, then service entry, then policy word; removal
 * in reverse. Reads go to the tables themselves, so what {@code status} shows is what the kernel has.
 */
public interface ServiceTables extends AutoCloseable {

    /** Clusters the cluster-down bitmap speaks of: ids 0 to 511 (Cilium's largest mesh has 511). */
    int CLUSTERS = 512;

    /**
     * How much fits.
     *
     * @param services policy words
     * @param backends entries of the backend array, the unused entry 0 included
     * @param tableEntries entries of the arena that holds every slot's table
     */
    record Capacity(int services, int backends, int tableEntries) {

        /** @throws IllegalArgumentException if one is below 1 */
        public Capacity {
            if (services < 1 || backends < 1 || tableEntries < 1) {
                throw new IllegalArgumentException(
                        "capacity of %d services, %d backends and %d table entries: each must be at least 1"
                                .formatted(services, backends, tableEntries));
            }
        }
    }

    /** What fits; at least what was asked for, more where the kernel holds whole blocks. */
    Capacity capacity();

    /** Writes a frontend; several frontends may lead to one service id. */
    void putService(FrontendKey frontend, ServiceEntry entry);

    /** Writes many frontends; where the kernel keeps them, with a few calls instead of one each. */
    default void putServices(Map<FrontendKey, ServiceEntry> entries) {
        entries.forEach(this::putService);
    }

    /** Removes a frontend; a missing one is no fault. */
    void removeService(FrontendKey frontend);

    /** Reads back every frontend. */
    Map<FrontendKey, ServiceEntry> services();

    /** Reads back one frontend; empty if it is not ours. */
    default Optional<ServiceEntry> service(FrontendKey frontend) {
        return Optional.ofNullable(services().get(frontend));
    }

    /** Writes one policy word: a single aligned 8-byte store, obeyed by the next connect. */
    void setPolicy(int serviceId, PolicyWord word);

    /** Reads back a policy word. */
    PolicyWord policy(int serviceId);

    /** Writes entry {@code index} (from 1; 0 means "none" in tables). */
    void putBackend(int index, BackendEntry backend);

    /** Writes only the state byte of an entry; a cleared entry stays cleared. */
    void setBackendState(int index, BackendEntry.State state);

    /** Clears an entry. */
    void removeBackend(int index);

    /** Reads back an entry; empty if it was never written or is cleared. */
    Optional<BackendEntry> backend(int index);

    /** Writes {@code indexes} into the arena from {@code base} on; one entry is one aligned 4-byte store. */
    void writeTable(int base, int[] indexes);

    /** Reads {@code size} entries of the arena from {@code base} on. */
    int[] readTable(int base, int size);

    /** Reads entry {@code at} of the arena. */
    default int tableEntry(int at) {
        return readTable(at, 1)[0];
    }

    /** Sets or clears the cluster-down bit: every service's slots of that cluster are skipped by the next connect. */
    void setClusterDown(int clusterId, boolean down);

    /** Reads back a cluster-down bit. */
    boolean isClusterDown(int clusterId);

    /** Lets go of the tables. The kernel's stay where they are and keep working. */
    @Override
    void close();
}
