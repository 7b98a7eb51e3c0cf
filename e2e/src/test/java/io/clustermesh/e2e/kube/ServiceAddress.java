package io.clustermesh.e2e.kube;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One address for several pods, as a cluster's proxy or a load balancer gives: each connection goes to one of those that
 * are ready, and is refused while none is. A virtual thread for each direction of a connection.
 */
final class ServiceAddress implements AutoCloseable {

    private final List<ServerSocket> sockets = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<String> pods = List.of();

    /** @param ports port of the Service to that of its pods */
    ServiceAddress(String address, Map<Integer, Integer> ports) {
        try {
            for (var port : ports.entrySet()) {
                ServerSocket socket = new ServerSocket();
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getByName(address), port.getKey()));
                sockets.add(socket);
                threads.execute(() -> accept(socket, port.getValue()));
            }
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("could not listen at " + address, e);
        }
    }

    /** Who gets connections from now on. */
    void backends(List<String> addresses) {
        pods = List.copyOf(addresses);
    }

    private void accept(ServerSocket socket, int port) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                threads.execute(() -> serve(client, port));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket client, int port) {
        List<String> now = pods;
        try (client) {
            if (now.isEmpty()) {
                return;
            }
            try (Socket pod = new Socket(now.get(Math.floorMod(turn.getAndIncrement(), now.size())), port)) {
                client.setTcpNoDelay(true);
                pod.setTcpNoDelay(true);
                threads.execute(() -> copy(client, pod));
                copy(pod, client);
            }
        } catch (IOException e) {
            // the connection is over, which its client sees
        }
    }

    private static void copy(Socket from, Socket to) {
        byte[] buffer = new byte[16 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // the same
        }
    }

    @Override
    public void close() {
        for (ServerSocket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        threads.shutdownNow();
    }
}
