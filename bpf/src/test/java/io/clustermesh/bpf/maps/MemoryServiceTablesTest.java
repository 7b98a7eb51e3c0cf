package io.clustermesh.bpf.maps;

/** The contract, in memory. */
final class MemoryServiceTablesTest extends ServiceTablesContract {

    @Override
    ServiceTables open() {
        return new MemoryServiceTables(CAPACITY);
    }
}
