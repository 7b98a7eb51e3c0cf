package io.clustermesh.bpf.maps;

import java.util.Map;
import java.util.Optional;

/**
 * The tables of the service data plane, written by one thread (node-sync's writer) and read by the kernel at every
 * connect. Two implementations pass one contract suite: the kernel's pinned maps, and memory.
 *
 * <p>Order of writes that keeps every moment valid: backends, then table, then service entry, then policy word; removal
 * in reverse. Reads go to the tables themselves, so what {@code status} shows is what the kernel has.
 */
public interface ServiceTables extends AutoCloseable {

    /**
     * How much fits.
     *
     * @param services policy words
     * @param backends entries of the backend array
     * @param tableEntries entries of the arena that holds every slot's table
     */
    record Capacity(int services, int backends, int tableEntries) {}

    Capacity capacity();

    /** Writes a frontend; several frontends may lead to one service id. */
    void putService(FrontendKey frontend, ServiceEntry entry);

    /** Removes a frontend; a missing one is no fault. */
    void removeService(FrontendKey frontend);

    /** Reads back every frontend. */
    Map<FrontendKey, ServiceEntry> services();

    /** Writes one policy word: a single aligned 8-byte store, obeyed by the next connect. */
    void setPolicy(int serviceId, PolicyWord word);

    /** Reads back a policy word. */
    PolicyWord policy(int serviceId);

    /** Writes entry {@code index} (from 1; 0 means "none" in tables). */
    void putBackend(int index, BackendEntry backend);

    /** Writes only the state byte of an entry. */
    void setBackendState(int index, BackendEntry.State state);

    /** Clears an entry. */
    void removeBackend(int index);

    /** Reads back an entry; empty if it was never written or is cleared. */
    Optional<BackendEntry> backend(int index);

    /** Writes {@code indexes} into the arena from {@code base} on; one entry is one aligned 4-byte store. */
    void writeTable(int base, int[] indexes);

    /** Reads {@code size} entries of the arena from {@code base} on. */
    int[] readTable(int base, int size);

    /** Sets or clears the cluster-down bit: every service's slots of that cluster are skipped by the next connect. */
    void setClusterDown(int clusterId, boolean down);

    /** Reads back a cluster-down bit. */
    boolean isClusterDown(int clusterId);

    @Override
    void close();
}
