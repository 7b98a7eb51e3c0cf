package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.bytes;
import static io.clustermesh.model.codec.Golden.reason;
import static io.clustermesh.model.codec.Golden.text;
import static io.clustermesh.model.codec.Golden.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.model.Keys;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DrainCodecTest {

    private static final Instant START = Instant.parse("2026-05-04T08:00:00Z");
    private static final Drain NODE = new Drain(
            new Drain.Target(new ClusterName("east"), "east-n1"),
            new Drain.Course(100, 0, START, Duration.ofSeconds(60)),
            85);

    @Test
    void shouldWriteItsFormatAndReadItBack() {
        assertThat(text(DrainCodec.encode(NODE)))
                .isEqualTo(
                        "{\"cluster\":\"east\",\"node\":\"east-n1\",\"from\":100,\"to\":0,\"since\":\"2026-05-04T08:00:00Z\",\"rampSeconds\":60,\"keep\":85}");
        assertThat(value(DrainCodec.decode(DrainCodec.encode(NODE)))).isEqualTo(NODE);
    }

    @Test
    void shouldRefuseWhatIsNoDrain() {
        assertThat(reason(DrainCodec.decode(bytes("{\"cluster\":\"east\",\"since\":\"soon\"}"))))
                .contains("is no time");
        assertThat(reason(DrainCodec.decode(
                        bytes("{\"cluster\":\"east\",\"since\":\"2026-05-04T08:00:00Z\",\"keep\":101}"))))
                .contains("outside 0%..100%");
        assertThat(reason(DrainCodec.decode(
                        bytes("{\"cluster\":\"east\",\"node\":\"a/b\",\"since\":\"2026-05-04T08:00:00Z\"}"))))
                .contains("no name of a node");
    }

    @Test
    void shouldMoveAlongItsCourse() {
        Drain.Course down = NODE.course();

        assertThat(down.at(START.minusSeconds(5))).isEqualTo(100);
        assertThat(down.at(START.plusSeconds(15))).isEqualTo(75);
        assertThat(down.at(START.plusSeconds(60))).isZero();
        assertThat(new Drain.Course(40, 100, START, Duration.ofSeconds(60)).at(START.plusSeconds(30)))
                .isEqualTo(70);
        assertThat(new Drain.Course(100, 0, START, Duration.ZERO).at(START)).isZero();
    }

    @Test
    void shouldKeepClustersAndNodesApart() {
        ClusterName west = new ClusterName("west");

        assertThat(Keys.drain(west, NODE.target())).isEqualTo("clustermesh/state/drains/v1/west/east/node/east-n1");
        assertThat(Keys.drain(west, Drain.Target.of(new ClusterName("east"))))
                .isEqualTo("clustermesh/state/drains/v1/west/east/cluster");
    }
}
