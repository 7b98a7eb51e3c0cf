package io.clustermesh.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bgp.fsm.Collision.Direction;
import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.bgp.packet.Message.Keepalive;
import io.clustermesh.bgp.packet.Message.Open;
import io.clustermesh.bgp.packet.RouterId;
import io.clustermesh.model.IpAddress.Family;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CollisionTest {

    private static final RouterId LOW = RouterId.parse("10.0.0.1");
    private static final RouterId HIGH = RouterId.parse("200.0.0.1");

    @Test
    void shouldKeepTheCallOfTheHigherId() {
        // what one side calls incoming, the other calls outgoing: both keep the same connection
        assertThat(Collision.survivor(LOW, HIGH)).isEqualTo(Direction.INCOMING);
        assertThat(Collision.survivor(HIGH, LOW)).isEqualTo(Direction.OUTGOING);
    }

    @Test
    void shouldNeverEndAnEstablishedSession() {
        for (Direction direction : Direction.values()) {
            for (Direction survivor : Direction.values()) {
                assertThat(Collision.givesWay(established(), survivor, direction))
                        .isTrue();
                assertThat(Collision.yields(established(), survivor, direction)).isFalse();
            }
        }
    }

    @Test
    void shouldEndExactlyOneOfTwoInOpenConfirm() {
        for (Direction direction : Direction.values()) {
            for (Direction survivor : Direction.values()) {
                assertThat(Collision.givesWay(openConfirm(), survivor, direction))
                        .isNotEqualTo(Collision.yields(openConfirm(), survivor, direction))
                        .isEqualTo(direction != survivor);
            }
        }
    }

    @Test
    void shouldWaitForTheSecondOpen() {
        for (Direction direction : Direction.values()) {
            assertThat(Collision.givesWay(openSent(), Direction.INCOMING, direction))
                    .isFalse();
            assertThat(Collision.yields(openSent(), Direction.INCOMING, direction))
                    .isFalse();
        }
    }

    private static ConnectionState openSent() {
        return ConnectionState.begin(
                        new Terms(new Asn(1), LOW, new Asn(2), Duration.ofSeconds(9), Set.of(Family.IPV4)), 0)
                .next();
    }

    private static ConnectionState openConfirm() {
        return openSent().receive(new Open(new Asn(2), 9, HIGH, List.of()), 0).next();
    }

    private static ConnectionState established() {
        return openConfirm().receive(new Keepalive(), 0).next();
    }
}
