package io.clustermesh.bench.apiserver;

import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.Child;
import io.clustermesh.bench.host.Machine;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Workshop;
import io.clustermesh.certs.LeafName;
import io.clustermesh.cli.rig.linux.Shell;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The machine's own etcd, one member, its data in memory, listening in plaintext and with mutual TLS. Its settings are
 * the package's but for the size that its data may have.
 */
public final class Etcd implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String QUOTA = String.valueOf(8L << 30);

    private final Workshop workshop;
    private final Site site;
    private final Path folder;
    private final int plainPort;
    private final int tlsPort;
    private final Child process;

    private Etcd(Workshop workshop, Site site, Path folder, Cores cores) {
        this.workshop = workshop;
        this.site = site;
        this.folder = folder;
        this.plainPort = Machine.freePort();
        this.tlsPort = Machine.freePort();
        this.process = workshop.start("etcd", cores, command(), java.util.Map.of(), folder);
    }

    /** Starts one and waits until it answers; {@code site} gives it its certificates. */
    public static Etcd start(Workshop workshop, Site site, Cores cores) throws InterruptedException {
        Etcd etcd = new Etcd(workshop, site, workshop.folder("etcd"), cores);
        workshop.await(
                "etcd listens", etcd.process, LIMIT, () -> etcd.listens(etcd.plainPort) && etcd.listens(etcd.tlsPort));
        workshop.await(
                "etcd answers",
                etcd.process,
                LIMIT,
                () -> Shell.attempt(etcd.etcdctl("endpoint", "health"), "").exit() == 0);
        return etcd;
    }

    private List<String> command() {
        int peer = Machine.freePort();
        String clients = "%s,%s".formatted(plain(), secure());
        String peerUrl = "http://127.0.0.1:" + peer;
        return List.of(
                "etcd",
                "--name=bench",
                "--data-dir=" + folder.resolve("data"),
                "--listen-client-urls=" + clients,
                "--advertise-client-urls=" + plain(),
                "--listen-peer-urls=" + peerUrl,
                "--initial-advertise-peer-urls=" + peerUrl,
                "--initial-cluster=bench=" + peerUrl,
                "--initial-cluster-token=" + folder.getFileName(),
                "--quota-backend-bytes=" + QUOTA,
                "--cert-file=" + site.pki().certificateFile(LeafName.ETCD_SERVER),
                "--key-file=" + site.pki().keyFile(LeafName.ETCD_SERVER),
                "--trusted-ca-file=" + site.directory().resolve("pki").resolve("ca.crt"),
                "--client-cert-auth=true");
    }

    private boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Its plaintext endpoint. */
    public String plain() {
        return "http://127.0.0.1:" + plainPort;
    }

    /** Its endpoint with mutual TLS. */
    String secure() {
        return "https://127.0.0.1:" + tlsPort;
    }

    /** Certificates for {@link #secure()}, as the load generator wants them. */
    String tls() {
        return site.tls(LeafName.ADMIN);
    }

    public Child process() {
        return process;
    }

    long pid() {
        return process.pid();
    }

    /** How many keys begin with {@code prefix}; etcd counts them all, whatever the limit. */
    long count(String prefix) {
        String answer = Shell.run(etcdctl("get", "--prefix", "--limit=1", "-w", "fields", prefix));
        return answer.lines()
                .filter(line -> line.startsWith("\"Count\""))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow(() -> new BenchFailed("etcdctl answered without a count: " + answer));
    }

    /** An etcdctl command against its plaintext endpoint. */
    List<String> etcdctl(String... words) {
        List<String> command = new ArrayList<>(
                List.of("env", "ETCDCTL_API=3", "etcdctl", "--command-timeout=60s", "--endpoints=" + plain()));
        command.addAll(List.of(words));
        return command;
    }

    /** Stops it and deletes its data. */
    @Override
    public void close() {
        workshop.stop(process);
        Workshop.delete(folder);
    }
}
