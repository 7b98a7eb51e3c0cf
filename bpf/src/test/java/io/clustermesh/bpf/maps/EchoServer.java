package io.clustermesh.bpf.maps;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A backend: says its name to whoever connects or sends it a datagram. */
final class EchoServer implements AutoCloseable {

    private final byte[] name;
    private final IpAddress ip;
    private final ServerSocket tcp;
    private final DatagramSocket udp;

    EchoServer(String name, String ip) {
        this.name = name.getBytes(StandardCharsets.UTF_8);
        this.ip = IpAddress.parse(ip);
        try {
            tcp = new ServerSocket(0, 128, this.ip.toInetAddress());
            udp = new DatagramSocket(new InetSocketAddress(this.ip.toInetAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::serveTcp);
        Thread.ofVirtual().start(this::serveUdp);
    }

    int port(Protocol protocol) {
        return protocol == Protocol.TCP ? tcp.getLocalPort() : udp.getLocalPort();
    }

    BackendEntry entry(Protocol protocol, int clusterId) {
        return new BackendEntry(ip, new L4(protocol, port(protocol)), clusterId, BackendEntry.State.ACTIVE);
    }

    private void serveTcp() {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    socket.getOutputStream().write(name);
                }
            }
        } catch (SocketException closed) {
            // the end of the test
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serveUdp() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[64], 64);
                udp.receive(packet);
                udp.send(new DatagramPacket(name, name.length, packet.getSocketAddress()));
            }
        } catch (SocketException closed) {
            // the end of the test
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            tcp.close();
            udp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
