package io.clustermesh.cli.echo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EchoServerTest {

    private static final Identity ME = new Identity("west", "west-n1", "echo-1");
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private EchoServer server = start();

    private static EchoServer start() {
        try {
            return new EchoServer(ME, LOOPBACK, 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void listening() {
        assertThat(server.port()).isPositive();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void shouldSayWhoItIsOverHttp() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            java.net.http.HttpRequest request = java.net.http.HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d/any/path".formatted(server.port())))
                    .POST(BodyPublishers.ofString("a body that nobody wants"))
                    .build();
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(Identity.parseJson(response.body())).isEqualTo(ME);
            }
        }
    }

    @Test
    void shouldSayWhoItIsOverUdp() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(5000);
            socket.send(new DatagramPacket(new byte[] {1}, 1, LOOPBACK, server.port()));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            assertThat(Identity.parse(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8)))
                    .isEqualTo(ME);
        }
    }

    @Test
    void shouldSendClientsAwayWhenItLeavesButServeThem() throws IOException {
        server.leave();
        try (Socket socket = new Socket(LOOPBACK, server.port())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).contains("Connection: close").contains("\"pod\":\"echo-1\"");
        }
    }

    private static HttpRequest read(String text) throws IOException {
        return HttpRequest.read(new BufferedReader(new StringReader(text)));
    }

    @Test
    void shouldKnowWhetherTheConnectionStays() throws IOException {
        assertThat(read("GET / HTTP/1.1\r\nHost: a\r\n\r\n").keepAlive()).isTrue();
        assertThat(read("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").keepAlive())
                .isFalse();
        assertThat(read("GET / HTTP/1.0\r\n\r\n").keepAlive()).isFalse();
        assertThat(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keepAlive())
                .isTrue();
        assertThat(read("")).isEqualTo(HttpRequest.END);
    }

    @Test
    void shouldRefuseWhatIsNoRequest() {
        assertThatThrownBy(() -> read("SSH-2.0-x\r\n")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read("GET / HTTP/1.1\r\nHost: a")).hasMessageContaining("ends");
        assertThatThrownBy(() -> read("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"))
                .hasMessageContaining("no number");
        assertThatThrownBy(() -> read("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"))
                .hasMessageContaining("body");
        assertThatThrownBy(() -> read("GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(200)))
                .hasMessageContaining("headers");
    }

    @Test
    void shouldRefuseAnswersOfOthers() {
        assertThatThrownBy(() -> Identity.parse("west/n1")).hasMessageContaining("cluster/node/pod");
        assertThatThrownBy(() -> Identity.parseJson("{}")).hasMessageContaining("echo server");
    }
}
