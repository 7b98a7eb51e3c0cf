package io.clustermesh.bgp.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.bgp.netlink.RouteMessages.Answer;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RouteMessagesTest {

    private static final KernelRoute ROUTE4 = new KernelRoute(Cidr.parse("10.1.1.0/24"), IpAddress.parse("172.30.1.1"));
    private static final KernelRoute ROUTE6 = new KernelRoute(Cidr.parse("fd10:1::/64"), IpAddress.parse("fd30:1::1"));

    @Test
    void shouldWriteARequestAsTheKernelReadsIt() {
        assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "the vector is little-endian");

        assertThat(HexFormat.of().formatHex(RouteMessages.replace(7, ROUTE4)))
                .isEqualTo("34000000" + "1800" + "0505" + "07000000" + "00000000"
                        + "02180000" + "feba0001" + "00000000"
                        + "0800" + "0100" + "0a010100" + "0800" + "0500" + "ac1e0101" + "0800" + "0600" + "ba000000");
    }

    @Test
    void shouldReadBackItsOwnRoutes() {
        for (KernelRoute route : List.of(ROUTE4, ROUTE6)) {
            byte[] octets = RouteMessages.replace(9, route);

            // a request and the kernel's listing differ in flags only, but NLM_F_REPLACE and others share bits
            octets[6] = 2;
            octets[7] = 0;
            assertThat(RouteMessages.answers(octets, octets.length)).containsExactly(new Answer.Found(9, route));
        }
    }

    @Test
    void shouldLeaveOutOtherPeoplesRoutes() {
        byte[] otherProtocol = RouteMessages.replace(9, ROUTE4);
        otherProtocol[16 + 5] = 3;
        byte[] otherMetric = RouteMessages.replace(9, ROUTE4);
        otherMetric[otherMetric.length - 4] = 1;

        assertThat(RouteMessages.answers(otherProtocol, otherProtocol.length)).isEmpty();
        assertThat(RouteMessages.answers(otherMetric, otherMetric.length)).isEmpty();
    }

    @Test
    void shouldReadTheKernelsRefusal() {
        ByteBuffer refusal = ByteBuffer.allocate(36)
                .order(ByteOrder.nativeOrder())
                .putInt(36)
                .putShort((short) 2)
                .putShort((short) 0x100)
                .putInt(4)
                .putInt(0)
                .putInt(-101);

        assertThat(RouteMessages.answers(refusal.array(), 36)).containsExactly(new Answer.Result(4, 101, ""));
        assertThat(new NetlinkException("route to x", 101, "Nexthop has invalid gateway"))
                .hasMessage("route to x: gateway is on no directly connected network (Nexthop has invalid gateway)");
    }

    @Test
    void shouldSurviveAnyOctets() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] whole = RouteMessages.replace(9, ROUTE6);
        for (int round = 0; round < 50_000; round++) {
            byte[] octets = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            for (int i = 0; i < 3 && octets.length > 0; i++) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
            }
            try {
                RouteMessages.answers(octets, octets.length);
            } catch (IllegalArgumentException e) {
                // an impossible prefix, which no kernel sends
                assertThat(e).as("seed %d round %d", seed, round).hasMessageContaining("prefix");
            }
        }
    }

    @Test
    void shouldRefuseMixedFamilies() {
        assertThatThrownBy(() -> new KernelRoute(Cidr.parse("10.0.0.0/8"), IpAddress.parse("fd00::1")))
                .hasMessageContaining("mixes");
    }
}
