package io.clustermesh.nodesync.audit;

import io.clustermesh.bpf.maps.MemoryServiceTables;
import io.clustermesh.bpf.maps.ServiceTables;

class AuditorTest extends AuditorContract {

    @Override
    ServiceTables tables() {
        return new MemoryServiceTables(CAPACITY);
    }
}
