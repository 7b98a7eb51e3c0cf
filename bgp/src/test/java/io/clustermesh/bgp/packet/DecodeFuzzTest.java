package io.clustermesh.bgp.packet;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever comes: a message or the codec's own error, and memory in proportion to the octets. */
class DecodeFuzzTest {

    private static final int ROUNDS = 100_000;

    /** Per message of at most 4096 octets: prefixes of one octet each become objects of some hundred. */
    private static final long MOST_BYTES = 2_000_000;

    @Test
    void shouldThrowNothingElse() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<byte[]> seeds = seeds();
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int decoded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] octets = mutated(seeds.get(random.nextInt(seeds.size())), random);
            Traits traits = new Traits(
                    random.nextBoolean(),
                    random.nextBoolean() ? Set.of(Family.IPV4) : Set.of(Family.IPV4, Family.IPV6));
            long before = memory.getCurrentThreadAllocatedBytes();
            try {
                if (MessageCodec.decode(ByteBuffer.wrap(octets), traits).isPresent()) {
                    decoded++;
                }
            } catch (ProtocolException e) {
                assertThat(e.notification().code())
                        .as("seed %d round %d", seed, round)
                        .isBetween(1, 3);
            } catch (RuntimeException e) {
                throw new AssertionError("seed %d round %d".formatted(seed, round), e);
            }
            assertThat(memory.getCurrentThreadAllocatedBytes() - before)
                    .as("seed %d round %d", seed, round)
                    .isLessThan(MOST_BYTES);
        }
        assertThat(decoded).as("some mutants must live, or nothing was tested").isGreaterThan(ROUNDS / 100);
    }

    private static byte[] mutated(byte[] seed, Random random) {
        byte[] octets = seed.clone();
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = MessageCodec.HEADER_LENGTH + random.nextInt(octets.length - MessageCodec.HEADER_LENGTH);
            octets[at] = (byte) random.nextInt(256);
        }
        if (random.nextInt(10) == 0) {
            octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
        }
        return octets;
    }

    private static List<byte[]> seeds() {
        Traits traits = MessageCodecTest.BOTH;
        PathAttributes attributes = new PathAttributes(
                PathAttributes.Origin.IGP,
                AsPath.of(new Asn(4200000001L), new Asn(65001)),
                OptionalLong.of(5),
                List.of(Community.NO_EXPORT),
                List.of(new PathAttributes.Opaque(0xE0, 32, Octets.ofHex("00112233"))));
        List<Cidr> many = new ArrayList<>();
        for (int i = 0; i < 1200; i++) {
            many.add(Cidr.parse("10.%d.%d.0/24".formatted(i / 256, i % 256)));
        }
        List<byte[]> seeds = new ArrayList<>();
        seeds.addAll(MessageCodec.encode(
                new Message.Open(
                        new Asn(4200000001L),
                        90,
                        RouterId.parse("10.0.0.1"),
                        List.of(
                                Capability.MultiProtocol.unicast(Family.IPV6),
                                new Capability.FourOctetAs(new Asn(4200000001L)),
                                new Capability.Unknown(2, Octets.EMPTY))),
                traits));
        seeds.addAll(MessageCodec.encode(Update.announce(attributes, IpAddress.parse("192.0.2.1"), many), traits));
        seeds.addAll(MessageCodec.encode(
                Update.announce(attributes, IpAddress.parse("fd00::1"), List.of(Cidr.parse("fd00::/64"))), traits));
        seeds.addAll(MessageCodec.encode(Update.withdraw(List.of(Cidr.parse("fd00::/64"))), traits));
        seeds.addAll(MessageCodec.encode(new Message.Notification(6, 2, Octets.ofHex("00")), traits));
        return seeds;
    }
}
