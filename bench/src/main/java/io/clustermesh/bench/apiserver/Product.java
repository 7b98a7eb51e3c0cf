package io.clustermesh.bench.apiserver;

import io.clustermesh.bench.host.Child;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Workshop;
import io.clustermesh.certs.LeafName;
import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.store.admin.AdminClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** mesh-apiserver, started as its users start it: {@code bin/clustermesh run mesh-apiserver --config FILE}. */
public final class Product implements AutoCloseable {

    /** What a server should be given: both compilers (the launcher's own flags are for commands), and a heap. */
    static final String JVM = "-Xmx%s";

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Workshop workshop;
    private final Site site;
    private final Child process;
    private final long startedNanos;

    /**
     * How it is to run.
     *
     * @param cores where
     * @param heap its largest heap, for example {@code 1g}
     * @param api more settings of its {@code api} section, as flow-style YAML that begins with a comma; empty for none
     */
    public record Settings(Cores cores, String heap, String api) {
        public Settings(Cores cores, String heap) {
            this(cores, heap, "");
        }
    }

    private Product(Workshop workshop, Site site, Child process, long startedNanos) {
        this.workshop = workshop;
        this.site = site;
        this.process = process;
        this.startedNanos = startedNanos;
    }

    /** Starts it on {@code etcd}; returns at once. */
    static Product begin(Workshop workshop, Path launcher, Site site, Etcd etcd, Settings settings) {
        Path config = site.directory().resolve("conf/mesh-apiserver.yaml");
        AtomicFiles.write(config, """
                home: %s
                api: {host: 127.0.0.1, port: %d%s}
                etcd: {endpoint: "%s"}
                """.formatted(site.directory(), site.port(), settings.api(), etcd.plain()));
        long now = workshop.clock().monotonicNanos();
        Child process = workshop.start(
                "mesh-apiserver",
                settings.cores(),
                List.of(launcher.toString(), "run", "mesh-apiserver", "--config", config.toString()),
                Map.of("CLUSTERMESH_JVM_OPTS", JVM.formatted(settings.heap())),
                site.directory());
        return new Product(workshop, site, process, now);
    }

    /** Starts it and waits until it is ready. */
    public static Product start(Workshop workshop, Path launcher, Site site, Etcd etcd, Settings settings)
            throws InterruptedException {
        Product product = begin(workshop, launcher, site, etcd, settings);
        product.awaitReady();
        return product;
    }

    /** Waits for {@code /readyz}; the seconds since it was started. */
    double awaitReady() throws InterruptedException {
        workshop.await("mesh-apiserver of %s is ready".formatted(site.home().name()), process, LIMIT, this::ready);
        return (workshop.clock().monotonicNanos() - startedNanos) / 1e9;
    }

    private boolean ready() {
        try {
            return AdminClient.get(site.home().socket("mesh-apiserver"), "/readyz")
                    .ok();
        } catch (AdminClient.Unreachable e) {
            return false;
        }
    }

    /** Its etcd API, with mutual TLS. */
    public String endpoint() {
        return "https://127.0.0.1:" + site.port();
    }

    /** Certificates of its cluster's admin. */
    public String tls() {
        return site.tls(LeafName.ADMIN);
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        workshop.stop(process);
    }
}
