package io.clustermesh.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.bgp.fsm.ConnectionState.Closed;
import io.clustermesh.bgp.fsm.ConnectionState.Established;
import io.clustermesh.bgp.fsm.ConnectionState.OpenConfirm;
import io.clustermesh.bgp.fsm.ConnectionState.OpenSent;
import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.bgp.packet.Capability;
import io.clustermesh.bgp.packet.Message;
import io.clustermesh.bgp.packet.Message.Keepalive;
import io.clustermesh.bgp.packet.Message.Notification;
import io.clustermesh.bgp.packet.Message.Open;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.bgp.packet.Octets;
import io.clustermesh.bgp.packet.ProtocolException;
import io.clustermesh.bgp.packet.RouterId;
import io.clustermesh.model.IpAddress.Family;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of states and inputs, cell by cell. */
class ConnectionStateTest {

    private static final Asn OURS = new Asn(4200000001L);
    private static final Asn THEIRS = new Asn(65002);
    private static final RouterId OUR_ID = RouterId.parse("10.0.0.1");
    private static final RouterId THEIR_ID = RouterId.parse("10.0.0.2");
    private static final Terms TERMS =
            new Terms(OURS, OUR_ID, THEIRS, Duration.ofSeconds(9), Set.of(Family.IPV4, Family.IPV6));
    private static final Open OPEN = new Open(
            THEIRS,
            30,
            THEIR_ID,
            List.of(
                    Capability.MultiProtocol.unicast(Family.IPV4),
                    Capability.MultiProtocol.unicast(Family.IPV6),
                    new Capability.FourOctetAs(THEIRS),
                    new Capability.Unknown(2, Octets.EMPTY)));

    @Test
    void shouldBeginWithOurOpen() {
        Step step = ConnectionState.begin(TERMS, 0);

        assertThat(step.next()).isInstanceOf(OpenSent.class);
        assertThat(step.send()).singleElement().isInstanceOfSatisfying(Open.class, open -> {
            assertThat(open.asn()).isEqualTo(OURS);
            assertThat(open.holdSeconds()).isEqualTo(9);
            assertThat(open.capabilities())
                    .contains(
                            Capability.MultiProtocol.unicast(Family.IPV4),
                            Capability.MultiProtocol.unicast(Family.IPV6),
                            new Capability.FourOctetAs(OURS));
        });
    }

    @Test
    void shouldAgreeOnTheSmallerHoldTimeAndTheCommonFamilies() {
        Open ipv6Only = new Open(THEIRS, 6, THEIR_ID, List.of(Capability.MultiProtocol.unicast(Family.IPV6)));

        OpenConfirm confirm = (OpenConfirm) openSent().receive(ipv6Only, 0).next();

        assertThat(confirm.agreement().holdTime()).isEqualTo(Duration.ofSeconds(6));
        assertThat(confirm.agreement().keepaliveTime()).isEqualTo(Duration.ofSeconds(2));
        assertThat(confirm.agreement().traits().families()).containsExactly(Family.IPV6);
        assertThat(confirm.agreement().traits().fourOctetAs()).isFalse();
        Open bare = new Open(THEIRS, 90, THEIR_ID, List.of());
        assertThat(Agreement.of(TERMS, bare).traits().families())
                .as("no family named means IPv4")
                .containsExactly(Family.IPV4);
    }

    @Test
    void shouldAnswerAnOpenWithAKeepalive() {
        Step step = openSent().receive(OPEN, 0);

        assertThat(step.next()).isInstanceOf(OpenConfirm.class);
        assertThat(step.send()).containsExactly(new Keepalive());
    }

    @Test
    void shouldDeliverUpdatesOnlyWhenEstablished() {
        Update update = Update.endOfRib(Family.IPV4);

        Step step = established().receive(update, 0);

        assertThat(step.next()).isInstanceOf(Established.class);
        assertThat(step.deliver()).contains(update);
    }

    @ParameterizedTest
    @CsvSource({
        "OpenSent, KEEPALIVE, 5, 1",
        "OpenSent, UPDATE, 5, 1",
        "OpenConfirm, OPEN, 5, 2",
        "OpenConfirm, UPDATE, 5, 2",
        "Established, OPEN, 5, 3",
    })
    void shouldEndOnAMessageThatMayNotCome(String state, String message, int code, int subcode) {
        Step step = state(state).receive(message(message), 0);

        assertThat(step.next()).isInstanceOf(Closed.class);
        assertThat(step.send()).containsExactly(new Notification(code, subcode));
        assertThat(step.deliver()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"OpenSent", "OpenConfirm", "Established"})
    void shouldEndSilentlyOnANotification(String state) {
        Notification theirs = new Notification(6, 2);

        Step step = state(state).receive(theirs, 0);

        assertThat(step.next()).isEqualTo(new Closed(new EndReason.NotificationReceived(theirs)));
        assertThat(step.send()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"OpenSent", "OpenConfirm", "Established"})
    void shouldEndWithTheCodecsNotificationOnGarbage(String state) {
        Notification answer = new Notification(1, 1);

        Step step = state(state).garbled(new ProtocolException(answer, "the marker is not all ones"));

        assertThat(step.next()).isInstanceOf(Closed.class);
        assertThat(step.send()).containsExactly(answer);
    }

    @Test
    void shouldRefuseAnotherAsAndOurOwnId() {
        assertThat(openSent().receive(new Open(OURS, 9, THEIR_ID, List.of()), 0).send())
                .containsExactly(new Notification(2, 2));
        assertThat(openSent().receive(new Open(THEIRS, 9, OUR_ID, List.of()), 0).send())
                .containsExactly(new Notification(2, 3));
    }

    @Test
    void shouldEndWhenTheHoldTimeIsOver() {
        for (ConnectionState state : List.of(openConfirm(), established())) {
            assertThat(state.tick(seconds(8.9)).next()).isNotInstanceOf(Closed.class);
            Step late = state.tick(seconds(9));
            assertThat(late.next()).isEqualTo(new Closed(new EndReason.HoldTimerExpired()));
            assertThat(late.send()).containsExactly(new Notification(4, 0));
        }
        assertThat(openSent().tick(seconds(239)).next()).isInstanceOf(OpenSent.class);
        assertThat(openSent().tick(seconds(240)).next()).isInstanceOf(Closed.class);
    }

    @Test
    void shouldLiveOnWhateverComes() {
        ConnectionState refreshed =
                established().receive(new Keepalive(), seconds(8)).next();

        assertThat(refreshed.tick(seconds(16)).next()).isInstanceOf(Established.class);
        assertThat(refreshed.tick(seconds(17)).next()).isInstanceOf(Closed.class);
    }

    @Test
    void shouldSendAKeepaliveEachThirdOfTheHoldTime() {
        assertThat(established().leftNanos(0)).isEqualTo(seconds(3));
        assertThat(established().tick(seconds(2.9)).send()).isEmpty();

        Step step = established().tick(seconds(3));

        assertThat(step.send()).containsExactly(new Keepalive());
        assertThat(step.next().leftNanos(seconds(3))).isEqualTo(seconds(3));
    }

    @Test
    void shouldHaveNoTimersIfTheNeighbourWantsNone() {
        Open never = new Open(THEIRS, 0, THEIR_ID, List.of());
        ConnectionState state =
                openSent().receive(never, 0).next().receive(new Keepalive(), 0).next();

        assertThat(state.leftNanos(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(state.tick(seconds(1e6)).next()).isInstanceOf(Established.class);
    }

    @Test
    void shouldStayClosed() {
        Closed closed = new Closed(new EndReason.Stopped());

        assertThat(closed.receive(OPEN, 0).next()).isEqualTo(closed);
        assertThat(closed.tick(seconds(1e6)).next()).isEqualTo(closed);
    }

    @Test
    void shouldSayWhyToTheOtherSide() {
        assertThat(new EndReason.HoldTimerExpired().farewell()).contains(new Notification(4, 0));
        assertThat(new EndReason.NotificationReceived(new Notification(6, 2)).farewell())
                .isEmpty();
        assertThat(new EndReason.ProtocolError(new Notification(3, 1), "x").farewell())
                .contains(new Notification(3, 1));
        assertThat(new EndReason.TransportFailed("reset").farewell()).isEmpty();
        assertThat(new EndReason.CollisionLost().farewell()).contains(new Notification(6, 7));
        assertThat(new EndReason.Stopped().farewell()).contains(new Notification(6, 2));
        assertThat(new EndReason.TooManyPrefixes(5).farewell()).contains(new Notification(6, 1));
    }

    @Test
    void shouldRefuseImpossibleTerms() {
        assertThatThrownBy(() -> new Terms(OURS, OUR_ID, OURS, Duration.ofSeconds(9), Set.of()))
                .hasMessageContaining("only external BGP");
        assertThatThrownBy(() -> new Terms(OURS, OUR_ID, THEIRS, Duration.ofSeconds(2), Set.of()))
                .hasMessageContaining("hold time");
    }

    private static ConnectionState state(String name) {
        return switch (name) {
            case "OpenSent" -> openSent();
            case "OpenConfirm" -> openConfirm();
            default -> established();
        };
    }

    private static Message message(String name) {
        return switch (name) {
            case "OPEN" -> OPEN;
            case "UPDATE" -> Update.endOfRib(Family.IPV4);
            default -> new Keepalive();
        };
    }

    private static ConnectionState openSent() {
        return ConnectionState.begin(TERMS, 0).next();
    }

    private static ConnectionState openConfirm() {
        return openSent().receive(OPEN, 0).next();
    }

    private static ConnectionState established() {
        return openConfirm().receive(new Keepalive(), 0).next();
    }

    private static long seconds(double seconds) {
        return (long) (seconds * 1e9);
    }
}
