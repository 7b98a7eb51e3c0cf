package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.bytes;
import static io.clustermesh.model.codec.Golden.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.clustermesh.model.Decoded;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a peer may write, decoding answers; it never throws. */
class CodecFuzzTest {

    record Codec(String name, String golden, Function<byte[], Decoded<?>> decode) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Codec> codecs() {
        return Stream.of(
                new Codec("node", Golden.NODE, NodeCodec::decode),
                new Codec("ip", Golden.IP, IpCodec::decode),
                new Codec("service", Golden.SERVICE, ServiceCodec::decode),
                new Codec("config", Golden.CONFIG, ClusterConfigCodec::decode),
                new Codec("service export", Golden.EXPORT, ServiceExportCodec::decode),
                new Codec("mesh service", Golden.MESH_SERVICE, MeshServiceCodec::decode));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void shouldRefuseEveryTruncation(Codec codec) {
        byte[] whole = bytes(codec.golden());

        for (int length = 0; length < whole.length; length++) {
            assertThat(codec.decode().apply(Arrays.copyOf(whole, length)))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(Decoded.Malformed.class);
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void shouldAnswerToFlippedBytes(Codec codec) {
        long seed = 20_261_121L;
        Random random = new Random(seed);
        byte[] whole = bytes(codec.golden());

        for (int round = 0; round < 5_000; round++) {
            byte[] garbled = whole.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                garbled[random.nextInt(garbled.length)] = (byte) random.nextInt(256);
            }
            assertThatCode(() -> codec.decode().apply(garbled))
                    .as("seed %d round %d", seed, round)
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void shouldAnswerToEveryKindOfValueInEveryField(Codec codec) {
        List<String> odd =
                List.of("null", "true", "-1", "1e400", "99999999999999999999", "\"\\u0000\"", "[]", "{}", "[[[]]]");
        String golden = codec.golden();

        for (int colon = golden.indexOf(':'); colon >= 0; colon = golden.indexOf(':', colon + 1)) {
            int end = golden.indexOf(',', colon);
            if (end < 0) {
                break;
            }
            for (String value : odd) {
                byte[] json = bytes(golden.substring(0, colon + 1) + value + golden.substring(end));
                assertThatCode(() -> codec.decode().apply(json)).doesNotThrowAnyException();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void shouldRefuseDepthSizeAndTrailingText(Codec codec) {
        String deep = "{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        byte[] large = bytes("{\"x\":\"" + "y".repeat(Guard.MAX_BYTES) + "\"}");

        assertThat(reason(codec.decode().apply(bytes(deep)))).containsIgnoringCase("depth");
        assertThat(reason(codec.decode().apply(large))).contains("at most");
        assertThat(reason(codec.decode().apply(bytes(codec.golden() + "{}")))).contains("after the object's end");
        assertThat(reason(codec.decode().apply(bytes("[]")))).endsWith("no JSON object");
        assertThat(reason(codec.decode().apply(bytes("")))).endsWith("no JSON object");
    }

    @Test
    void shouldKeepReasonsShortAndPrintable() {
        String reason = reason(NodeCodec.decode(bytes("""
            {"Name":"n","Cluster":"\\n%s","ClusterID":1}\
            """.formatted("x".repeat(100_000)))));

        assertThat(reason).hasSizeLessThan(400).doesNotContain("\n");
    }
}
