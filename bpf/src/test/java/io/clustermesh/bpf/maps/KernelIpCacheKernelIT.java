package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.NumericIdentity;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract, in the kernel. */
final class KernelIpCacheKernelIT extends IpCacheContract {

    private final KernelPlace place = KernelPlace.make();
    private final KernelServiceTables tables = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY));

    @Override
    IpCache openCache() {
        return tables.ipCache();
    }

    @AfterEach
    void leaveNothing() {
        tables.close();
        place.close();
    }

    @Test
    void shouldBeThereAfterARestart() {
        Map<Cidr, IpcacheEntry> entries =
                Map.of(Cidr.parse("10.1.0.0/16"), new IpcacheEntry(new NumericIdentity(300), 3));
        tables.ipCache().putAll(entries);
        tables.close();

        try (KernelServiceTables next = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY))) {
            assertThat(next.ipCache().entries()).isEqualTo(entries);
        }
    }
}
