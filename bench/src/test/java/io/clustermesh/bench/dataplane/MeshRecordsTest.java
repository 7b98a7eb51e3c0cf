package io.clustermesh.bench.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Affinity;
import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeshRecordsTest {

    private static final List<MeshRecords.Port> PORTS =
            List.of(new MeshRecords.Port("TCP", 80), new MeshRecords.Port("UDP", 53));

    @Test
    void shouldWriteWhatAgentsReadAsTheOwnRecord() {
        MeshRecords.Entry entry = MeshRecords.own(7, PORTS, List.of("10.1.0.1", "10.1.0.2"));

        MeshService service = MeshServiceCodec.decode(entry.json().getBytes(StandardCharsets.UTF_8))
                .asOptional()
                .orElseThrow();
        assertThat(entry.key()).isEqualTo(Keys.meshService(service.cluster(), service.name()));
        assertThat(service.frontends()).extracting(Object::toString).containsExactly(MeshRecords.vip(7));
        assertThat(service.policy().affinity()).isEqualTo(Affinity.LOCAL);
        assertThat(service.backends())
                .hasSize(2)
                .allSatisfy(it -> assertThat(it.ports()).containsOnlyKeys("tcp80", "udp53"));
    }

    @Test
    void shouldWriteWhatAgentsReadAsAPeersRecord() {
        MeshRecords.Entry entry = MeshRecords.peer(7, PORTS, List.of("10.2.0.1"));

        ServiceRecord service = ServiceCodec.decode(entry.json().getBytes(StandardCharsets.UTF_8))
                .asOptional()
                .orElseThrow();
        assertThat(service.clusterId().value()).isEqualTo(2);
        assertThat(service.backends()).hasSize(1);
        assertThat(service.meta().shared()).isTrue();
    }

    @Test
    void shouldGiveEveryServiceAndPodAnAddressOfItsOwn() {
        Set<String> seen = new HashSet<>();
        for (int n = 0; n < 300_000; n++) {
            assertThat(seen.add(MeshRecords.vip(n))).isTrue();
            assertThat(seen.add(MeshRecords.pod(n))).isTrue();
        }
    }
}
