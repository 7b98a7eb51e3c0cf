package io.clustermesh.bgp.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.clustermesh.bgp.packet.AsPath.Kind;
import io.clustermesh.bgp.packet.AsPath.Segment;
import io.clustermesh.bgp.packet.Message.Keepalive;
import io.clustermesh.bgp.packet.Message.Notification;
import io.clustermesh.bgp.packet.Message.Open;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.bgp.packet.PathAttributes.Opaque;
import io.clustermesh.bgp.packet.PathAttributes.Origin;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Vectors written from the text of RFC 4271, 4760, 5492 and 6793, and round trips. */
class MessageCodecTest {

    static final String MARKER = "ff".repeat(16);
    static final Traits BOTH = new Traits(true, Set.of(Family.IPV4, Family.IPV6));
    private static final Traits TWO_OCTETS = new Traits(false, Set.of(Family.IPV4, Family.IPV6));

    @Test
    void shouldReadAKeepalive() {
        assertThat(decode("0013 04")).isEqualTo(new Keepalive());
    }

    @Test
    void shouldWaitForTheRestOfAMessage() {
        ByteBuffer in = ByteBuffer.wrap(octets(MARKER + "0017 02 0000"));

        assertThat(MessageCodec.decode(in, BOTH)).isEmpty();

        assertThat(in.position()).isZero();
    }

    @Test
    void shouldReadAnOpenWithCapabilities() {
        // version 4, AS_TRANS, hold 90, id 10.0.0.1; IPv4 and IPv6 unicast, AS 4200000001, and an unknown one
        Message open = decode("0037 01 04 5ba0 005a 0a000001 1a 0218" + "0104 0001 00 01" + "0104 0002 00 01"
                + "4104 fa56ea01" + "ee04 01020304");

        assertThat(open)
                .isEqualTo(new Open(
                        new Asn(4200000001L),
                        90,
                        RouterId.parse("10.0.0.1"),
                        List.of(
                                new Capability.MultiProtocol(1, 1),
                                new Capability.MultiProtocol(2, 1),
                                new Capability.FourOctetAs(new Asn(4200000001L)),
                                new Capability.Unknown(0xee, Octets.ofHex("01020304")))));
    }

    @Test
    void shouldWriteTheOpenThatItReads() {
        Open open = new Open(
                new Asn(4200000001L),
                9,
                RouterId.parse("172.30.1.1"),
                List.of(
                        Capability.MultiProtocol.unicast(Family.IPV6),
                        Capability.GracefulRestart.END_OF_RIB_ONLY,
                        new Capability.FourOctetAs(new Asn(4200000001L))));

        byte[] octets = MessageCodec.encode(open, BOTH).getFirst();

        assertThat(HexFormat.of().formatHex(octets))
                .isEqualTo(MARKER + "002f" + "01" + "04" + "5ba0" + "0009" + "ac1e0101" + "12" + "0210" + "010400020001"
                        + "40020000" + "4104fa56ea01");
        assertThat(MessageCodec.decode(ByteBuffer.wrap(octets), BOTH)).contains(open);
    }

    @Test
    void shouldReadAnOpenWithoutParameters() {
        assertThat(decode("001d 01 04 fde8 00b4 c0000201 00"))
                .isEqualTo(new Open(new Asn(65000), 180, RouterId.parse("192.0.2.1"), List.of()));
    }

    @Test
    void shouldReadTheLongFormOfParameters() {
        // RFC 9072: 255, 255, then two octets of length, and two for each parameter
        assertThat(decode("0029 01 04 fde8 00b4 c0000201 ff ff 0009 02 0006 01040001 0001"))
                .isEqualTo(new Open(
                        new Asn(65000), 180, RouterId.parse("192.0.2.1"), List.of(new Capability.MultiProtocol(1, 1))));
    }

    @Test
    void shouldRefuseOpensAsTheRfcSays() {
        assertRefused("001d 01 03 fde8 00b4 c0000201 00", 2, 1);
        assertRefused("001d 01 04 0000 00b4 c0000201 00", 2, 2);
        assertRefused("001d 01 04 fde8 00b4 00000000 00", 2, 3);
        assertRefused("0020 01 04 fde8 00b4 c0000201 03 010161", 2, 4);
        assertRefused("001d 01 04 fde8 0002 c0000201 00", 2, 6);
        assertRefused("001d 01 04 fde8 00b4 c0000201 05", 2, 0);
    }

    @Test
    void shouldRefuseHeadersAsTheRfcSays() {
        assertThat(refused("fe" + "ff".repeat(15) + "0013 04")).isEqualTo(new Notification(1, 1));
        assertRefused("0012 04", 1, 2);
        assertRefused("1001 02", 1, 2);
        assertRefused("0014 04", 1, 2);
        assertRefused("001c 01", 1, 2);
        assertRefused("0013 09", 1, 3);
    }

    @Test
    void shouldReadAnUpdate() {
        // withdrawn 10.9.0.0/16; origin IGP, path 65001 65002, next hop, MED 7; NLRI 10.1.1.0/24 and 10.2.0.0/15
        Update update = (Update) decode("0040 02 0003 100a09"
                + "001f 400101 00 40020a 0202 0000fde9 0000fdea 400304 ac1e0101 800404 00000007"
                + "180a0101 0f0a02");

        assertThat(update.withdrawn()).containsExactly(Cidr.parse("10.9.0.0/16"));
        assertThat(update.attributes())
                .contains(new PathAttributes(
                        Origin.IGP,
                        AsPath.of(new Asn(65001), new Asn(65002)),
                        OptionalLong.of(7),
                        List.of(),
                        List.of()));
        assertThat(update.announced()).singleElement().satisfies(a -> {
            assertThat(a.nextHop()).isEqualTo(IpAddress.parse("172.30.1.1"));
            assertThat(a.prefixes()).containsExactly(Cidr.parse("10.1.1.0/24"), Cidr.parse("10.2.0.0/15"));
        });
        assertThat(update.faults()).isEmpty();
    }

    @Test
    void shouldReadIpv6FromTheAttribute() {
        // next hop global and link-local (RFC 2545); fd10:1:1::/64
        Update update = (Update) decode("0055 02 0000 003e"
                + "800e2e 0002 01 20 fd300001000000000000000000000001 fe800000000000000000000000000001 00"
                + "40 fd10000100010000"
                + "400101 00 400206 0201 0000fde9");

        assertThat(update.announced()).singleElement().satisfies(a -> {
            assertThat(a.nextHop()).isEqualTo(IpAddress.parse("fd30:1::1"));
            assertThat(a.prefixes()).containsExactly(Cidr.parse("fd10:1:1::/64"));
        });
    }

    @Test
    void shouldKnowTheEndOfEachRib() {
        assertThat(decode("0017 02 0000 0000")).isEqualTo(Update.endOfRib(Family.IPV4));
        assertThat(decode("001d 02 0000 0006 800f03 0002 01")).isEqualTo(Update.endOfRib(Family.IPV6));
        for (Family family : Family.values()) {
            assertThat(roundTrip(Update.endOfRib(family), BOTH)).containsExactly(Update.endOfRib(family));
        }
    }

    @Test
    void shouldReadBackWhatItWrites() {
        PathAttributes attributes = new PathAttributes(
                Origin.INCOMPLETE,
                new AsPath(List.of(
                        new Segment(Kind.SEQUENCE, List.of(new Asn(4200000001L), new Asn(65001))),
                        new Segment(Kind.SET, List.of(new Asn(1), new Asn(70000))))),
                OptionalLong.of(4294967295L),
                List.of(Community.NO_EXPORT, new Community(0x00640001)),
                List.of(new Opaque(0xE0, 32, Octets.ofHex("000000010000000200000003"))));
        for (Traits traits : List.of(BOTH, TWO_OCTETS)) {
            for (Update update : List.of(
                    Update.announce(
                            attributes,
                            IpAddress.parse("192.0.2.1"),
                            List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("10.0.0.1/32"))),
                    Update.announce(
                            attributes,
                            IpAddress.parse("fd00::1"),
                            List.of(Cidr.parse("::/0"), Cidr.parse("fd00::1/128"))),
                    Update.withdraw(List.of(Cidr.parse("10.0.0.0/9"))),
                    Update.withdraw(List.of(Cidr.parse("fd00::/9"))))) {
                assertThat(roundTrip(update, traits)).containsExactly(update);
            }
        }
    }

    @Test
    void shouldCutManyPrefixesIntoSeveralMessages() {
        for (String pattern : List.of("10.%d.%d.0/24", "fd00:%x:%x::/48")) {
            List<Cidr> prefixes = IntStream.range(0, 5000)
                    .mapToObj(i -> Cidr.parse(pattern.formatted(i / 256, i % 256)))
                    .toList();
            IpAddress hop = prefixes.getFirst().base().family() == Family.IPV4
                    ? IpAddress.parse("192.0.2.1")
                    : IpAddress.parse("fd00::1");
            PathAttributes attributes = PathAttributes.local().passedOnBy(new Asn(65001));

            List<Message> announced = roundTrip(Update.announce(attributes, hop, prefixes), BOTH);
            List<Message> withdrawn = roundTrip(Update.withdraw(prefixes), BOTH);

            assertThat(announced.stream().flatMap(m -> ((Update) m).announced().getFirst().prefixes().stream()))
                    .containsExactlyElementsOf(prefixes);
            assertThat(withdrawn.stream().flatMap(m -> ((Update) m).withdrawn().stream()))
                    .containsExactlyElementsOf(prefixes);
        }
    }

    @Test
    void shouldDescribeNotifications() {
        assertThat(new Notification(6, 2).describe()).isEqualTo("cease: administrative shutdown (6/2)");
        assertThat(new Notification(99, 9).describe()).isEqualTo("unknown error (99/9)");
        assertThat(roundTrip(new Notification(6, 2, Octets.ofHex("0568656c6c6f")), BOTH))
                .containsExactly(new Notification(6, 2, Octets.ofHex("0568656c6c6f")));
    }

    static List<Message> roundTrip(Message message, Traits traits) {
        List<Message> back = new ArrayList<>();
        for (byte[] octets : MessageCodec.encode(message, traits)) {
            assertThat(octets.length).isLessThanOrEqualTo(MessageCodec.MAX_LENGTH);
            back.add(MessageCodec.decode(ByteBuffer.wrap(octets), traits).orElseThrow());
        }
        return back;
    }

    static Message decode(String afterMarker) {
        return MessageCodec.decode(ByteBuffer.wrap(octets(MARKER + afterMarker)), BOTH)
                .orElseThrow();
    }

    private static Notification refused(String hex) {
        return assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> MessageCodec.decode(ByteBuffer.wrap(octets(hex)), BOTH))
                .actual()
                .notification();
    }

    private static void assertRefused(String afterMarker, int code, int subcode) {
        Notification refused = refused(MARKER + afterMarker);
        assertThat(List.of(refused.code(), refused.subcode())).as(afterMarker).containsExactly(code, subcode);
    }

    static byte[] octets(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
}
