package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.NumericIdentity;
import org.junit.jupiter.api.Test;

/** The contract, in memory. */
final class MemoryIpCacheTest extends IpCacheContract {

    @Override
    IpCache openCache() {
        return new MemoryIpCache(10_000);
    }

    @Test
    void shouldSayThatItIsFull() {
        IpCache small = new MemoryIpCache(1);
        IpcacheEntry entry = new IpcacheEntry(new NumericIdentity(300), 1);
        small.put(Cidr.parse("10.1.0.0/16"), entry);
        small.put(Cidr.parse("10.1.0.0/16"), entry);

        assertThatIllegalStateException()
                .isThrownBy(() -> small.put(Cidr.parse("10.2.0.0/16"), entry))
                .withMessageContaining("full at 1");
    }
}
