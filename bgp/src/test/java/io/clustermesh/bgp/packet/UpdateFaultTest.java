package io.clustermesh.bgp.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.clustermesh.bgp.packet.AttributeFault.Effect;
import io.clustermesh.bgp.packet.Message.Notification;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress.Family;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What RFC 7606 makes of each kind of damage. */
class UpdateFaultTest {

    private static final String ORIGIN = "40010100";
    private static final String PATH = "4002060201" + "0000fde9";
    private static final String NEXT_HOP = "400304c0000201";
    private static final String PREFIX = "180a0101";

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "origin of two octets, 4001020000" + PATH + NEXT_HOP + ", 1",
        "unknown origin, 40010103" + PATH + NEXT_HOP + ", 1",
        "origin with the flags of an optional one, c0010100" + PATH + NEXT_HOP + ", 1",
        "origin missing, " + PATH + NEXT_HOP + ", 1",
        "path missing, " + ORIGIN + NEXT_HOP + ", 2",
        "path with an unknown segment, " + ORIGIN + "4002060501" + "0000fde9" + NEXT_HOP + ", 2",
        "path with an empty segment, " + ORIGIN + "4002020200" + NEXT_HOP + ", 2",
        "path that is cut short, " + ORIGIN + "4002060202" + "0000fde9" + NEXT_HOP + ", 2",
        "path with AS 0, " + ORIGIN + "4002060201" + "00000000" + NEXT_HOP + ", 2",
        "next hop missing, " + ORIGIN + PATH + ", 3",
        "next hop of three octets, " + ORIGIN + PATH + "400303c00002, 3",
        "MED of two octets, " + ORIGIN + PATH + NEXT_HOP + "8004020000, 4",
        "communities of five octets, " + ORIGIN + PATH + NEXT_HOP + "c0080500000000ff, 8",
        "attribute longer than the list, " + ORIGIN + PATH + NEXT_HOP + "c0080800000000, 8",
    })
    void shouldTreatAsWithdrawn(String what, String attributes, int type) {
        Update update = update(attributes, PREFIX);

        assertThat(update.announced()).isEmpty();
        assertThat(update.withdrawn()).containsExactly(Cidr.parse("10.1.1.0/24"));
        assertThat(update.faults()).anySatisfy(fault -> {
            assertThat(fault.attribute()).isEqualTo(type);
            assertThat(fault.effect()).isEqualTo(Effect.TREATED_AS_WITHDRAW);
        });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "local preference from outside, 40050400000064, 5",
        "atomic aggregate with content, 400601ff, 6",
        "aggregator of six octets, c00706fde9c0000201, 7",
        "originator from outside, 800904c0000201, 9",
        "cluster list from outside, 800a04c0000201, 10",
        "AS4_PATH between speakers of four octets, c011060201" + "0000fde9, 17",
        "origin twice, 40010101, 1",
        "a family that nobody agreed on, 800f03400446, 15",
    })
    void shouldDropTheAttributeOnly(String what, String extra, int type) {
        Update update = update(ORIGIN + PATH + NEXT_HOP + extra, PREFIX);

        assertThat(update.announced()).hasSize(1);
        assertThat(update.withdrawn()).isEmpty();
        assertThat(update.faults()).singleElement().satisfies(fault -> {
            assertThat(fault.attribute()).isEqualTo(type);
            assertThat(fault.effect()).isEqualTo(Effect.DISCARDED);
        });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "unknown well-known attribute, " + ORIGIN + PATH + NEXT_HOP + "406300, 180a0101, 3, 2",
        "IPv6 prefix that is cut short, 800f0600020140fd10, 180a0101, 3, 9",
        "IPv6 next hop of four octets, 800e0900020104c000020100, 180a0101, 3, 9",
        "IPv6 withdrawal twice, 800f03000201800f03000201, 180a0101, 3, 1",
        "IPv4 prefix of 33 bits, " + ORIGIN + PATH + NEXT_HOP + ", 210a01010101, 3, 10",
        "IPv4 prefix that is cut short, " + ORIGIN + PATH + NEXT_HOP + ", 180a01, 3, 10",
        "nothing that could be withdrawn, 4001, '', 3, 1",
    })
    void shouldEndTheSession(String what, String attributes, String prefixes, int code, int subcode) {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> update(attributes, prefixes))
                .satisfies(e -> {
                    assertThat(e.notification().code()).isEqualTo(code);
                    assertThat(e.notification().subcode()).isEqualTo(subcode);
                });
    }

    @Test
    void shouldEndTheSessionWhenLengthsDontFit() {
        byte[] octets = MessageCodec.framed(MessageCodec.UPDATE, MessageCodecTest.octets("0000ffff"));

        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> MessageCodec.decode(ByteBuffer.wrap(octets), MessageCodecTest.BOTH))
                .satisfies(e -> assertThat(e.notification()).isEqualTo(new Notification(3, 1)));
    }

    @Test
    void shouldPassOnWhatItDoesNotKnowIfItIsTransitive() {
        Update update = update(ORIGIN + PATH + NEXT_HOP + "c0630101" + "80640102", PREFIX);

        assertThat(update.attributes().orElseThrow().others())
                .containsExactly(new PathAttributes.Opaque(0xE0, 0x63, Octets.ofHex("01")));
    }

    @Test
    void shouldIgnoreBitsPastAPrefix() {
        assertThat(update(ORIGIN + PATH + NEXT_HOP, "0f0a03")
                        .announced()
                        .getFirst()
                        .prefixes())
                .containsExactly(Cidr.parse("10.2.0.0/15"));
    }

    @Test
    void shouldFindTheTruePathBehindTwoOctets() {
        // 65001, AS_TRANS, AS_TRANS; the true path of the last two beside it (RFC 6793, 4.2.3)
        String attributes = ORIGIN + "400208" + "0203" + "fde9" + "5ba0" + "5ba0" + NEXT_HOP + "c0110a" + "0202"
                + "fa56ea01" + "fa56ea02";
        Traits twoOctets = new Traits(false, Set.of(Family.IPV4));

        Update update = (Update) MessageCodec.decode(ByteBuffer.wrap(message(attributes, PREFIX)), twoOctets)
                .orElseThrow();

        assertThat(update.attributes().orElseThrow().asPath().toString()).isEqualTo("65001 4200000001 4200000002");
    }

    private static Update update(String attributes, String prefixes) {
        return (Update) MessageCodec.decode(ByteBuffer.wrap(message(attributes, prefixes)), MessageCodecTest.BOTH)
                .orElseThrow();
    }

    private static byte[] message(String attributes, String prefixes) {
        byte[] octets = MessageCodecTest.octets(attributes);
        byte[] plain = MessageCodecTest.octets(prefixes);
        return MessageCodec.framed(
                MessageCodec.UPDATE,
                ByteBuffer.allocate(4 + octets.length + plain.length)
                        .putShort((short) 0)
                        .putShort((short) octets.length)
                        .put(octets)
                        .put(plain)
                        .array());
    }
}
