package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.bytes;
import static io.clustermesh.model.codec.Golden.text;
import static io.clustermesh.model.codec.Golden.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeshServiceCodecTest {

    private static final MeshService SERVICE = new MeshService(
            new ClusterName("west"),
            new ServiceName("shop", "cart"),
            List.of(IpAddress.parse("10.101.0.9"), IpAddress.parse("fd20:1::9")),
            List.of(new MeshService.Port("http", new L4(Protocol.TCP, 80))),
            new MeshService.Policy(Affinity.LOCAL, true),
            List.of(new MeshService.Backend(
                    IpAddress.parse("10.1.1.15"),
                    Map.of("http", new L4(Protocol.TCP, 8080)),
                    MeshService.State.ACTIVE,
                    "west-n1",
                    "z1")));

    @Test
    void shouldWriteItsFormat() {
        assertThat(text(MeshServiceCodec.encode(SERVICE))).isEqualTo(Golden.MESH_SERVICE);
    }

    @Test
    void shouldReadItsFormat() {
        assertThat(value(MeshServiceCodec.decode(bytes(Golden.MESH_SERVICE)))).isEqualTo(SERVICE);
    }

    @Test
    void shouldKeepATerminatingBackendTerminating() {
        MeshService terminating =
                value(MeshServiceCodec.decode(bytes(Golden.MESH_SERVICE.replace("\"active\"", "\"terminating\""))));

        assertThat(terminating.backends().getFirst().state()).isEqualTo(MeshService.State.TERMINATING);
        assertThat(value(MeshServiceCodec.decode(MeshServiceCodec.encode(terminating))))
                .isEqualTo(terminating);
    }

    @Test
    void shouldReadAWriterOfAnotherRelease() {
        MeshService service = value(MeshServiceCodec.decode(bytes("""
                {"cluster":"west","namespace":"shop","name":"cart","affinity":"nearest","mood":{"east":3},"algorithm":"oracle",
                 "ports":[{"name":"x","protocol":"QUIC","port":443}],"backends":[{"ip":"10.1.1.15","state":"resting"}]}""")));

        assertThat(service.policy()).isEqualTo(new MeshService.Policy(Affinity.NONE, true));
        assertThat(service.frontends()).isEmpty();
        assertThat(service.ports()).isEmpty();
        assertThat(service.backends().getFirst().state()).isEqualTo(MeshService.State.TERMINATING);
    }

    @Test
    void shouldKeepEverythingThatAServiceCanAskFor() {
        MeshService service = new MeshService(
                SERVICE.cluster(),
                SERVICE.name(),
                new MeshService.Addresses(SERVICE.frontends(), List.of(IpAddress.parse("192.0.2.7"))),
                List.of(new MeshService.Port("http", new L4(Protocol.TCP, 80), 30080)),
                new MeshService.Policy(
                        Affinity.NONE,
                        true,
                        new Balancing(
                                Map.of(new ClusterName("west"), 70, new ClusterName("east"), 30),
                                List.of(new ClusterName("west"), new ClusterName("east")),
                                60,
                                Map.of(
                                        new ClusterName("east"),
                                        new Balancing.Cap.Share(20),
                                        new ClusterName("eu"),
                                        new Balancing.Cap.Backends(10)),
                                Balancing.Algorithm.RANDOM),
                        new MeshService.Traffic(10_800, true, MeshService.Nearness.NODE)),
                List.of(new MeshService.Backend(
                        IpAddress.parse("10.1.1.15"),
                        Map.of("http", new L4(Protocol.TCP, 8080)),
                        MeshService.State.ACTIVE,
                        new MeshService.Place("west-n1", "z1", List.of("z1", "z2")),
                        30)),
                new MeshService.Unready(3, 1));

        assertThat(value(MeshServiceCodec.decode(MeshServiceCodec.encode(service))))
                .isEqualTo(service);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"weights\":{\"west\":-1}",
                "\"weights\":{\"west\":0}",
                "\"weights\":{\"west\":10001}",
                "\"order\":[\"a\",\"a\"]",
                "\"spillover\":101",
                "\"capacity\":{\"west\":\"0%\"}",
                "\"capacity\":{\"west\":\"some\"}",
                "\"sessionAffinity\":86401"
            })
    void shouldRefuseWhatNoServiceCanAskFor(String field) {
        assertThat(Golden.reason(MeshServiceCodec.decode(
                        bytes(Golden.MESH_SERVICE.replace("\"shared\":true", "\"shared\":true," + field)))))
                .startsWith("mesh service: ");
    }
}
