package io.clustermesh.bpf.maps;

import org.junit.jupiter.api.AfterEach;

/** The contract, in the kernel. */
final class KernelServiceTablesKernelIT extends ServiceTablesContract {

    private final KernelPlace place = KernelPlace.make();

    @Override
    ServiceTables open() {
        return KernelServiceTables.open(place.config(CAPACITY));
    }

    @AfterEach
    void leaveNothing() {
        place.close();
    }
}
