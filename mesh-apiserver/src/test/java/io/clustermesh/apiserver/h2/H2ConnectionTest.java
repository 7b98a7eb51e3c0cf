package io.clustermesh.apiserver.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol, frame by frame: what we owe a client that behaves, and what becomes of one that does not. */
class H2ConnectionTest {

    private final List<Recorded> calls = new ArrayList<>();
    private WireClient client;

    /** A call that answers nothing by itself. */
    private static final class Recorded implements GrpcCall {
        private final GrpcStream stream;
        private final List<String> heard = new ArrayList<>();

        Recorded(GrpcStream stream) {
            this.stream = stream;
        }

        @Override
        public void onMessage(ByteBuf message) {
            heard.add("message " + message.readableBytes());
        }

        @Override
        public void onHalfClose() {
            heard.add("half close");
        }

        @Override
        public void onReady() {
            heard.add("ready");
        }

        @Override
        public void onComplete() {
            heard.add("complete");
        }

        @Override
        public void onCancel(Status why) {
            heard.add("cancel " + why.getCode());
        }
    }

    @BeforeEach
    void open() {
        client = WireClient.open(Map.of(
                "/test/echo",
                stream -> new GrpcCall() {
                    {
                        stream.take(1);
                    }

                    @Override
                    public void onMessage(ByteBuf message) {
                        stream.send(Payload.of(ByteBufUtil.getBytes(message)));
                    }

                    @Override
                    public void onHalfClose() {
                        stream.close(Status.OK);
                    }

                    @Override
                    public void onReady() {}

                    @Override
                    public void onComplete() {}

                    @Override
                    public void onCancel(Status why) {}
                },
                "/test/record",
                stream -> {
                    Recorded call = new Recorded(stream);
                    calls.add(call);
                    return call;
                }));
        client.settings(new Http2Settings());
        assertThat(client.news()).containsExactly("settings", "window 0 16711681", "settings ack");
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void shouldAnswerHeadThenMessageThenTrailers() {
        client.call(1, "/test/echo");
        client.message(1, new byte[100], true);

        assertThat(client.news()).containsExactly("head 1 200 application/grpc", "data 1 105", "trailers 1 0 null");
    }

    @Test
    void shouldReadAMessageThatComesInPieces() {
        client.call(1, "/test/echo");
        client.data(1, new byte[] {0, 0, 0}, false);
        client.data(1, new byte[] {0, 3, 7}, false);
        client.data(1, new byte[] {8, 9}, true);

        assertThat(client.news()).contains("data 1 8", "trailers 1 0 null");
    }

    @Test
    void shouldKeepTrailersBehindDataThatWaitsForItsWindow() {
        client.settings(new Http2Settings().initialWindowSize(10));
        client.call(1, "/test/echo");
        client.message(1, new byte[100], true);
        assertThat(client.news()).containsExactly("settings ack", "head 1 200 application/grpc", "data 1 10");

        client.window(1, 90);
        assertThat(client.news()).containsExactly("data 1 90");

        client.window(1, 90);
        assertThat(client.news()).containsExactly("data 1 5", "trailers 1 0 null");
    }

    @Test
    void shouldObeyTheConnectionsWindowAndGoOnWhenItOpens() {
        client.settings(new Http2Settings().initialWindowSize(1 << 20));
        client.call(1, "/test/record");
        call(1).stream.send(Payload.of(new byte[100_000]));
        client.turn();
        assertThat(sum(client.news())).isEqualTo(65_535);

        client.window(0, 1 << 20);

        assertThat(sum(client.news())).isEqualTo(100_005 - 65_535);
    }

    @Test
    void shouldNotLetAStuckStreamHoldUpItsNeighbours() {
        client.settings(new Http2Settings().initialWindowSize(20_000));
        client.call(1, "/test/record");
        client.call(3, "/test/record");
        call(1).stream.send(Payload.of(new byte[60_000]));
        call(2).stream.send(Payload.of(new byte[100], new byte[200]));
        call(2).stream.close(Status.OK);

        assertThat(client.news())
                .contains("data 1 16384", "data 1 3616", "data 3 305", "trailers 3 0 null", "reset 3 NO_ERROR");
        assertThat(call(2).heard).containsExactly("complete");
    }

    @Test
    void shouldSayWhenAFullQueueHasRoomAgain() {
        client.settings(new Http2Settings().initialWindowSize(1 << 20));
        client.call(1, "/test/record");
        Recorded call = call(1);
        call.stream.send(Payload.of(new byte[2 * H2Stream.READY_BYTES]));
        assertThat(call.stream.isReady()).isFalse();

        client.window(0, 1 << 20);

        assertThat(call.stream.isReady()).isTrue();
        assertThat(call.heard).containsExactly("ready");
    }

    @Test
    void shouldLetNoMessageThroughBeforeItIsAskedFor() {
        client.call(1, "/test/record");
        client.message(1, new byte[3], false);
        client.message(1, new byte[4], true);
        assertThat(call(1).heard).isEmpty();

        call(1).stream.take(1);
        assertThat(call(1).heard).containsExactly("message 3");

        call(1).stream.take(1);
        assertThat(call(1).heard).containsExactly("message 3", "message 4", "half close");
    }

    @Test
    void shouldAnswerPingsAtOnceAndPingTheSilentThenCutThem() {
        client.ping(42);
        assertThat(client.news()).containsExactly("ping ack 42");

        beats(4);
        assertThat(client.news()).anyMatch(frame -> frame.startsWith("ping "));
        assertThat(client.isOpen()).isTrue();
        client.ping(1);
        beats(3);
        assertThat(client.isOpen()).isTrue();

        beats(3);
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void shouldEndACallAtItsDeadline() {
        client.headers(1, WireClient.request("/test/record").add("grpc-timeout", "100m"), false);

        client.channel().advanceTimeBy(200, TimeUnit.MILLISECONDS);
        client.turn();

        assertThat(client.news()).anyMatch(frame -> frame.startsWith("trailers 1 4 "));
        assertThat(call(1).heard).containsExactly("cancel DEADLINE_EXCEEDED");
    }

    @Test
    void shouldRefuseWhatItCanNotServeInWords() {
        client.call(1, "/test/nothing");
        client.headers(3, WireClient.request("/test/echo").add("grpc-encoding", "gzip"), true);
        client.headers(5, WireClient.request("/test/echo").add("grpc-timeout", "soon"), true);
        client.headers(7, WireClient.request("/test/echo").set("content-type", "text/html"), true);
        client.headers(9, WireClient.request("/test/echo").method("GET"), true);
        client.call(11, "/test/echo");
        client.data(11, new byte[] {1, 0, 0, 0, 1, 5}, true);
        client.call(13, "/test/echo");
        client.data(13, new byte[] {0, 0x7f, 0, 0, 0}, false);
        client.call(15, "/test/echo");
        client.data(15, new byte[] {0, 0, 0, 0, 9, 1}, true);

        List<String> answers = client.news();

        assertThat(answers).anyMatch(frame -> frame.startsWith("trailers 1 12 unknown method /test/nothing"));
        assertThat(answers).anyMatch(frame -> frame.startsWith("trailers 3 12 grpc-encoding gzip"));
        assertThat(answers).anyMatch(frame -> frame.startsWith("trailers 5 13 grpc-timeout soon"));
        assertThat(answers).contains("http 7 415", "http 9 405");
        assertThat(answers).anyMatch(frame -> frame.startsWith("trailers 11 12 "));
        assertThat(answers).anyMatch(frame -> frame.startsWith("trailers 13 8 etcdserver: request is too large"));
        assertThat(answers).anyMatch(frame -> frame.startsWith("trailers 15 13 "));
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void shouldTellACallThatItsClientHasGone() {
        client.call(1, "/test/record");
        client.call(3, "/test/record");
        client.reset(1);
        var _ = client.channel().close();
        client.turn();

        assertThat(call(1).heard).containsExactly("cancel CANCELLED");
        assertThat(call(2).heard).containsExactly("cancel UNAVAILABLE");
    }

    // ---- hostile clients

    @Test
    void shouldCutWhoeverSpeaksAnotherProtocol() {
        try (WireClient http1 = new WireClient(new GrpcServer("wire-test", 1, H2Limits.DEFAULT))) {
            http1.raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(http1.frames()).last().asString().startsWith("goaway PROTOCOL_ERROR");
            assertThat(http1.isOpen()).isFalse();
        }
    }

    @Test
    void shouldCutRapidResets() {
        for (int stream = 1; stream < 10_000 && client.isOpen(); stream += 2) {
            client.call(stream, "/test/record");
            client.reset(stream);
        }

        assertCut("goaway ENHANCE_YOUR_CALM too_many_reset");
    }

    @Test
    void shouldCutFloodsOfFramesThatCostNothing() {
        flood(() -> client.settings(new Http2Settings()));
        assertCut("goaway ENHANCE_YOUR_CALM too_many_settings");
        close();
        open();
        flood(() -> client.ping(1));
        assertCut("goaway ENHANCE_YOUR_CALM too_many_idle_ping");
        close();
        open();
        flood(() -> client.priority(1));
        assertCut("goaway ENHANCE_YOUR_CALM too_many_priority");
        close();
        open();
        client.call(1, "/test/record");
        flood(() -> client.data(1, new byte[0], false));
        assertCut("goaway ENHANCE_YOUR_CALM too_many_empty_data");
    }

    @Test
    void shouldBearPingsOfAClientThatMeasuresItsWindow() {
        client.call(1, "/test/record");
        for (int i = 0; i < 5000; i++) {
            call(1).stream.send(Payload.of(new byte[1]));
            client.ping(i);
        }

        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void shouldCutBreachesOfTheProtocol() {
        client.data(9, new byte[1], false);
        assertCut("goaway PROTOCOL_ERROR");
        close();
        open();
        client.call(2, "/test/record");
        assertCut("goaway PROTOCOL_ERROR");
        close();
        open();
        client.reset(7);
        assertCut("goaway PROTOCOL_ERROR");
        close();
        open();
        client.call(1, "/test/record");
        client.push(1);
        assertCut("goaway PROTOCOL_ERROR");
        close();
        open();
        client.window(0, Integer.MAX_VALUE);
        assertCut("goaway FLOW_CONTROL_ERROR");
    }

    @Test
    void shouldResetAStreamWhoseClientOverrunsItsWindow() {
        client.call(1, "/test/record");
        byte[] frame = new byte[16_384];
        for (int sent = 0; sent <= H2Limits.STREAM_WINDOW; sent += frame.length) {
            client.data(1, frame, false);
        }

        assertThat(client.news()).contains("reset 1 FLOW_CONTROL_ERROR");
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void shouldRefuseAHeaderListThatIsTooLarge() {
        client.headers(1, WireClient.request("/test/record").add("x", "y".repeat(20_000)), true);
        client.call(3, "/test/echo");
        client.message(3, new byte[1], true);

        assertThat(client.news()).contains("trailers 3 0 null").anyMatch(frame -> frame.startsWith("reset 1 "));
        assertThat(calls).isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldSurviveAnything(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2000 && client.isOpen(); i++) {
            int length = random.nextInt(40);
            ByteBuf frame = io.netty.buffer.Unpooled.buffer();
            // the right shape, so that it is not all thrown away by the first check
            Frames.header(frame, length, random.nextInt(10), random.nextInt(64), random.nextInt(8));
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            client.raw(ByteBufUtil.getBytes(frame.writeBytes(payload)));
        }

        client.frames();
        client.channel().checkException();
    }

    private void flood(Runnable frame) {
        for (int i = 0; i < 25_000 && client.isOpen(); i++) {
            frame.run();
        }
    }

    private void assertCut(String last) {
        assertThat(client.frames()).last().asString().startsWith(last);
        assertThat(client.isOpen()).isFalse();
    }

    private void beats(int count) {
        for (int i = 0; i < count; i++) {
            client.channel().advanceTimeBy(H2Limits.DEFAULT.beat().toNanos(), TimeUnit.NANOSECONDS);
            client.turn();
        }
    }

    /** The first, second… call of this connection that is recorded. */
    private Recorded call(int number) {
        return calls.get(number - 1);
    }

    private static int sum(List<String> frames) {
        return frames.stream()
                .filter(frame -> frame.startsWith("data"))
                .mapToInt(frame -> Integer.parseInt(frame.substring(frame.lastIndexOf(' ') + 1)))
                .sum();
    }
}
