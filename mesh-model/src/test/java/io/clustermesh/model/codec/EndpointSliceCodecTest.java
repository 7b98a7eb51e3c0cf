package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.reason;
import static io.clustermesh.model.codec.Golden.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterEndpointSlice.Meta;
import io.clustermesh.model.ClusterEndpointSlice.Origin;
import io.clustermesh.model.ClusterEndpointSlice.Port;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointSliceCodecTest {

    private static final HexFormat HEX = HexFormat.of();

    /** Made with protoc from Cilium's message definition. */
    private static final byte[] MESSAGE = HEX.parseHex(
            "0a046561737410031a0473686f70220a636172742d78376b32702a220a1a6b756265726e657465732e696f2f736572766963652d6e616d65120463617274321e0a18736572766963652e63696c69756d2e696f2f776569676874120235303a044950763442310a0931302e332e312e313512060801100118001a06636172742d303208776f726b65722d313a027a3142060a040a027a31421c0a0831302e332e322e3412060800100118013208776f726b65722d324a130a0468747470120354435018903f22036832634a0c0a03646e7312035544501835");

    /** The same, packed by the zstd program, with its size in the header and without. */
    private static final String FRAME =
            "28b52ffd24d89d0500c2ca2517307dc0c091f926a27a1d1ecc6685ac082532ca867a7e121a3382e5a0d0703a784444af7580ba9d193f7250e4ba5e09bf88570064d36578c713bef02c5de02c69feed1ce3c655150dc0044960148a664dd6844d957578cbcbee3124b84a13947a55d98fbf36ebb2e8c4f8e72294ff9ab0f451f69e3f4dc5ec44fffac3f33fedb6f150245fed964bf56ca21e92e395269a21a969f3133e09004d1502805b150cab6e5819bb1bfa2db54c4e27da5605055edba10e";

    private static final String STREAMED =
            "28b52ffd0458050600e2cb2b27306bf4c0c00a964abb037cc01553d6310527162ddcbe6fe554049a85ff2a18827d967459bdd4019094141a5ad4d543f300c7ad536b1026a494c0d0e2b5f7e45cc05199648b02bec89815fa4044278a3b7f119d280deae4a7b22581f5798c42b285c117213ae934980f05701a3122d2826b3c9012f704815fb2b0f07c407004be533a41ddd95e17ff612be72f8ee4d70b0b4ffdfbabfc0e108af1a6e0aad48184b3b3bdde5cd6a41dd396aded3b0f04004d95dfea0d7143db42ba330a5edba10e";

    /** With an unknown field, old topology, missing conditions, an endpoint without address, ports of no use. */
    private static final byte[] MINIMAL = HEX.parseHex(
            "28b52ffd244b5902000a046561737410031a0473686f702201733a044950763642130a09666431303a333a3a312a060a01611201624204120208004a050a03616c6c4a0812044443435018014a0218059a060178c41024f4");

    static final ClusterEndpointSlice SLICE = new ClusterEndpointSlice(
            new Origin(new ClusterName("east"), new ClusterId(3), "shop", "cart-x7k2p"),
            new Meta(
                    Map.of("kubernetes.io/service-name", "cart"), Map.of(ClusterEndpointSlice.WEIGHT_ANNOTATION, "50")),
            Family.IPV4,
            List.of(
                    new Endpoint(
                            List.of(IpAddress.parse("10.3.1.15")),
                            new Conditions(true, true, false),
                            "cart-0",
                            new EndpointTopology("worker-1", "z1", List.of("z1"))),
                    new Endpoint(
                            List.of(IpAddress.parse("10.3.2.4")),
                            new Conditions(false, true, true),
                            "",
                            new EndpointTopology("worker-2", "", List.of()))),
            List.of(
                    new Port("http", new L4(Protocol.TCP, 8080), "h2c"),
                    new Port("dns", new L4(Protocol.UDP, 53), "")));

    @Test
    void shouldWriteTheMessageByteForByte() {
        assertThat(HEX.formatHex(EndpointSliceCodec.message(SLICE))).isEqualTo(HEX.formatHex(MESSAGE));
        assertThat(Zstd.decompress(EndpointSliceCodec.encode(SLICE), MESSAGE.length))
                .isEqualTo(MESSAGE);
    }

    @Test
    void shouldSayTheSizeInTheFrame() {
        assertThat(Zstd.getFrameContentSize(EndpointSliceCodec.encode(SLICE))).isEqualTo(MESSAGE.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {FRAME, STREAMED})
    void shouldReadFramesOfOtherWriters(String frame) {
        assertThat(value(EndpointSliceCodec.decode(HEX.parseHex(frame)))).isEqualTo(SLICE);
    }

    @Test
    void shouldNameTheService() {
        assertThat(SLICE.service()).contains(new ServiceName("shop", "cart"));
    }

    @Test
    void shouldFillInWhatIsMissingAndSkipWhatIsUnknown() {
        ClusterEndpointSlice slice = value(EndpointSliceCodec.decode(MINIMAL));

        assertThat(slice.family()).isEqualTo(Family.IPV6);
        assertThat(slice.service()).isEmpty();
        assertThat(slice.endpoints())
                .extracting(Endpoint::addresses, Endpoint::conditions)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                List.of(IpAddress.parse("fd10:3::1")), new Conditions(true, true, false)),
                        org.assertj.core.groups.Tuple.tuple(List.of(), new Conditions(false, false, false)));
        assertThat(slice.ports()).containsExactly(new Port("", new L4(Protocol.TCP, 5), ""));
    }

    @Test
    void shouldKeepRandomSlices() {
        long seed = 20_261_121L;
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            ClusterEndpointSlice slice = RandomSlices.slice(random);
            assertThat(value(EndpointSliceCodec.decode(EndpointSliceCodec.encode(slice))))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(slice);
        }
    }

    @Test
    void shouldRefuseEveryTruncation() {
        byte[] frame = HEX.parseHex(FRAME);
        for (int length = 0; length < frame.length; length++) {
            assertThat(EndpointSliceCodec.decode(Arrays.copyOf(frame, length)))
                    .as("%d of %d bytes", length, frame.length)
                    .isInstanceOf(Decoded.Malformed.class);
        }
    }

    @Test
    void shouldAnswerToFlippedBytesInsideAndOutsideOfTheFrame() {
        long seed = 20_261_121L;
        Random random = new Random(seed);
        for (int round = 0; round < 10_000; round++) {
            byte[] message = garble(MESSAGE, random);
            byte[] frame = garble(HEX.parseHex(random.nextBoolean() ? FRAME : STREAMED), random);
            assertThatCode(() -> {
                        EndpointSliceCodec.decode(ZstdFrame.compress(message));
                        EndpointSliceCodec.decode(frame);
                    })
                    .as("seed %d round %d", seed, round)
                    .doesNotThrowAnyException();
        }
    }

    private static byte[] garble(byte[] bytes, Random random) {
        byte[] garbled = bytes.clone();
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            garbled[random.nextInt(garbled.length)] = (byte) random.nextInt(256);
        }
        return garbled;
    }

    @Test
    void shouldAnswerToNoise() {
        long seed = 20_261_121L;
        Random random = new Random(seed);
        for (int round = 0; round < 10_000; round++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertThat(EndpointSliceCodec.decode(noise)).isInstanceOf(Decoded.Malformed.class);
            assertThatCode(() -> EndpointSliceCodec.decode(ZstdFrame.compress(noise)))
                    .as("seed %d round %d", seed, round)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void shouldRefuseABombThatAnnouncesItself() {
        byte[] bomb = Zstd.compress(new byte[ZstdFrame.MAX_BYTES + 1]);

        assertThat(bomb).hasSizeLessThan(2_000);
        assertThat(reason(EndpointSliceCodec.decode(bomb)))
                .isEqualTo(
                        "endpoint slice: the zstd frame holds more than 16777216 bytes, which no endpoint slice needs");
    }

    @Test
    void shouldCutOffABombThatAnnouncesNothing() throws IOException {
        // 400 MB of zeros in some 12 kB, written as a stream, so that no size stands in front
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (ZstdOutputStreamNoFinalizer out = new ZstdOutputStreamNoFinalizer(bomb)) {
            byte[] zeros = new byte[1 << 20];
            for (int megabytes = 0; megabytes < 400; megabytes++) {
                out.write(zeros);
            }
        }

        assertThat(bomb.size()).isLessThan(100_000);
        assertThat(reason(EndpointSliceCodec.decode(bomb.toByteArray()))).contains("holds more than 16777216 bytes");
    }

    @Test
    void shouldRefuseAWindowThatNobodyNeeds() {
        // header of a frame with a window of 2 GiB and no content size: a decoder would allocate that first
        byte[] frame = HEX.parseHex("28b52ffd" + "00" + "a8" + "0100" + "00");

        assertThat(reason(EndpointSliceCodec.decode(frame))).contains("zstd");
    }

    @Test
    void shouldRefuseMillionsOfTinyParts() {
        byte[] million = new byte[2_000_000];
        for (int i = 0; i < million.length; i += 2) {
            million[i] = 8 << 3 | 2;
        }
        assertThat(reason(EndpointSliceCodec.decode(ZstdFrame.compress(million))))
                .contains("more than 1000 endpoints");

        for (int i = 0; i < million.length; i += 2) {
            million[i] = 9 << 3 | 2;
        }
        assertThat(reason(EndpointSliceCodec.decode(ZstdFrame.compress(million))))
                .doesNotContain("more than");

        byte[] labels = ProtoOut.message(out -> {
            for (int i = 0; i <= EndpointSliceCodec.MAX_LABELS; i++) {
                out.map(5, Map.of("k" + i, "v"));
            }
        });
        assertThat(reason(EndpointSliceCodec.decode(ZstdFrame.compress(labels))))
                .contains("more than 10000 labels");
    }

    @Test
    void shouldRefuseMoreAddressesAndZonesThanKubernetesAllows() {
        byte[] addresses = ProtoOut.message(out -> out.nested(8, endpoint -> {
            for (int i = 0; i <= EndpointSliceCodec.MAX_ADDRESSES; i++) {
                endpoint.text(1, "10.0.0.1");
            }
        }));
        byte[] zones = ProtoOut.message(out -> out.nested(
                8,
                endpoint -> endpoint.nested(8, hints -> {
                    for (int i = 0; i <= EndpointSliceCodec.MAX_ZONES; i++) {
                        hints.nested(1, zone -> zone.text(1, "z"));
                    }
                })));

        assertThat(reason(EndpointSliceCodec.decode(ZstdFrame.compress(addresses))))
                .contains("100 addresses");
        assertThat(reason(EndpointSliceCodec.decode(ZstdFrame.compress(zones)))).contains("100 zones");
    }

    @Test
    void shouldRefuseNestedGroupsWithoutEnd() {
        byte[] groups = new byte[1_000_000];

        byte[] startTag = {(byte) 0xa3, 1};
        for (int i = 0; i + 1 < groups.length; i += 2) {
            groups[i] = startTag[0];
            groups[i + 1] = startTag[1];
        }

        assertThat(reason(EndpointSliceCodec.decode(ZstdFrame.compress(groups))))
                .contains("broken protobuf");
        assertThat(reason(EndpointSliceCodec.decode(ZstdFrame.compress(new byte[] {(byte) 0xa4, 1}))))
                .contains("broken protobuf");
    }

    @Test
    void shouldSkipFieldsOfAnUnexpectedType() {
        byte[] odd = ProtoOut.message(out -> {
            out.number(1, 5);
            out.number(8, 5);
            out.text(2, "3");
            out.number(5, 1);
        });
        byte[] all = new byte[odd.length + MESSAGE.length];
        System.arraycopy(odd, 0, all, 0, odd.length);
        System.arraycopy(MESSAGE, 0, all, odd.length, MESSAGE.length);

        assertThat(value(EndpointSliceCodec.decode(ZstdFrame.compress(all)))).isEqualTo(SLICE);
    }

    @Test
    void shouldSayWhatIsMissingOrWrong() {
        assertThat(reasonWithout("east")).contains("cluster name");
        assertThat(reasonWithout("shop")).contains("needs a namespace");
        assertThat(reasonWithout("cart-x7k2p")).contains("needs a namespace and a name");
        assertThat(reasonWith("IPv4", "FQDN")).contains("addressType \"FQDN\" is neither IPv4 nor IPv6");
        assertThat(reasonWith("IPv4", "IPv6")).contains("10.3.1.15 is not of the slice's addressType");
        assertThat(reasonWith("10.3.1.15", "10.3.1.%0")).contains("is no IP address");
        assertThat(reason(EndpointSliceCodec.decode(MESSAGE))).isEqualTo("endpoint slice: no zstd frame");
        assertThat(reason(EndpointSliceCodec.decode(new byte[3 << 20]))).contains("at most 2097152 are read");
    }

    private static String reasonWithout(String text) {
        String hex = HEX.formatHex(MESSAGE);
        String field = "%02x%s"
                .formatted(text.length(), HEX.formatHex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return reason(EndpointSliceCodec.decode(ZstdFrame.compress(HEX.parseHex(hex.replaceFirst(field, "00")))));
    }

    private static String reasonWith(String text, String other) {
        String hex = HEX.formatHex(MESSAGE);
        String from = HEX.formatHex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        String to = HEX.formatHex(other.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return reason(EndpointSliceCodec.decode(ZstdFrame.compress(HEX.parseHex(hex.replaceFirst(from, to)))));
    }

    @Test
    void shouldRefuseToHoldAnAddressOfTheOtherFamily() {
        assertThatThrownBy(() -> new ClusterEndpointSlice(
                        SLICE.origin(), SLICE.meta(), Family.IPV6, SLICE.endpoints(), SLICE.ports()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
