package io.clustermesh.bench.fleet;

import io.clustermesh.bench.fleet.SimulatedPeer.Size;
import io.clustermesh.store.runtime.Clock;
import io.grpc.netty.GrpcSslContexts;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * The process with the simulated peers: {@code PeerFleet HOME PEERS NODES PODS-PER-NODE}. Writes {@code HOME/ports} (a line
 * {@code <peer> <port>} each), says {@code {"peers":N}}, then obeys {@code load RATE SECONDS} on stdin: so many changes a
 * second, each to some pod of some peer, answered by what it did. Ends with its stdin. One event loop serves all peers.
 */
public final class PeerFleet {

    private static final long SEED = 20261121;

    private final List<SimulatedPeer> peers;
    private final Size size;
    private final Clock clock;
    private final SplittableRandom random = new SplittableRandom(SEED);

    private PeerFleet(List<SimulatedPeer> peers, Size size, Clock clock) {
        this.peers = peers;
        this.size = size;
        this.clock = clock;
    }

    /** Runs until stdin ends. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path home = Path.of(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        Size size = new Size(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        Clock clock = Clock.system();
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            SslContext tls = tls(home);
            List<SimulatedPeer> peers = new ArrayList<>();
            StringBuilder ports = new StringBuilder();
            for (int number = 1; number <= count; number++) {
                SimulatedPeer peer = SimulatedPeer.start(
                        Records.ofCluster(number), size, clock.now().toString(), loop, tls);
                ports.append("%s %d%n".formatted(peer.records().name(), peer.port()));
                peers.add(peer);
            }
            Files.writeString(home.resolve("ports"), ports);
            var _ = loop.scheduleAtFixedRate(
                    () -> peers.forEach(peer -> peer.heartbeat(clock.now().toString())), 30, 30, TimeUnit.SECONDS);
            answer("{\"peers\":%d}".formatted(count));
            new PeerFleet(peers, size, clock).obey(commands);
        } finally {
            var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    /** The fleet's one certificate; it trusts the CA of the one cluster that mirrors it. */
    private static SslContext tls(Path home) throws IOException {
        Path pki = home.resolve("pki");
        return GrpcSslContexts.forServer(
                        pki.resolve("server.crt").toFile(),
                        pki.resolve("server.key").toFile())
                .trustManager(home.resolve("trust.crt").toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
    }

    private void obey(BufferedReader commands) throws IOException, InterruptedException {
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            load(Double.parseDouble(words[1]), Double.parseDouble(words[2]));
        }
    }

    private void load(double perSecond, double seconds) throws InterruptedException {
        long begin = clock.monotonicNanos();
        long changes = (long) (perSecond * seconds);
        long latest = 0;
        for (long change = 0; change < changes; change++) {
            long due = begin + (long) (change * 1e9 / perSecond);
            long now = clock.monotonicNanos();
            if (due > now) {
                clock.sleep(Duration.ofNanos(due - now));
                now = clock.monotonicNanos();
            }
            latest = Math.max(latest, now - due);
            SimulatedPeer peer = peers.get(random.nextInt(peers.size()));
            peer.change(random.nextInt(size.nodes()), random.nextInt(size.podsPerNode()), now);
        }
        answer("{\"changes\":%d,\"seconds\":%.3f,\"latest_ms\":%.3f}"
                .formatted(changes, (clock.monotonicNanos() - begin) / 1e9, latest / 1e6));
    }

    private static void answer(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
