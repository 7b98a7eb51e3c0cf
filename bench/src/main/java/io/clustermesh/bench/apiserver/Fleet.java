package io.clustermesh.bench.apiserver;

import io.clustermesh.bench.fleet.PeerFleet;
import io.clustermesh.bench.host.Answering;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Measured;
import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.model.ClusterName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The process of {@link PeerFleet} and its files. All its peers share one CA, which signed for 127.0.0.1. */
final class Fleet implements AutoCloseable {

    private final Path home;
    private final Answering process;

    private Fleet(Path home, Answering process) {
        this.home = home;
        this.process = process;
    }

    /** Starts {@code peers} of them, who trust {@code local}; waits until all listen. */
    static Fleet start(Stage stage, Site local, int peers, int nodes, int podsPerNode) {
        Path home = stage.workshop().folder("fleet");
        ClusterPki.issueAll(home, new ClusterName("fleet"), AlternativeNames.LOOPBACK);
        copy(local.directory().resolve("pki/ca.crt"), home.resolve("trust.crt"));
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx4g",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "-Dclustermesh.log.level=WARN",
                PeerFleet.class.getName(),
                home.toString(),
                String.valueOf(peers),
                String.valueOf(nodes),
                String.valueOf(podsPerNode));
        Fleet fleet = new Fleet(home, Answering.start("peer-fleet", stage.workshop(), Cores.GENERATOR, command, home));
        fleet.process.next();
        return fleet;
    }

    /** Writes the connection files of all peers into {@code local}'s home. */
    void connect(Site local) {
        try {
            for (String line : Files.readAllLines(home.resolve("ports"))) {
                String[] words = line.split(" ");
                Path pki = local.directory().resolve("pki");
                AtomicFiles.write(local.home().peerFile(new ClusterName(words[0])), """
                        endpoints: ["https://127.0.0.1:%s"]
                        trusted-ca-file: %s
                        cert-file: %s
                        key-file: %s
                        """.formatted(
                        words[1], home.resolve("pki/ca.crt"), pki.resolve("remote.crt"), pki.resolve("remote.key")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the fleet's ports can't be read", e);
        }
    }

    /** Begins to change pods; {@link #loaded} waits for the end. */
    void load(double perSecond, double seconds) {
        process.tell("load %s %s".formatted(perSecond, seconds));
    }

    /** What the load that was begun did. */
    Measured loaded() {
        return process.next();
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("can't copy %s to %s".formatted(from, to), e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
