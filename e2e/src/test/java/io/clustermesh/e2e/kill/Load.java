package io.clustermesh.e2e.kill;

import io.clustermesh.model.Keys;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Changes a cluster without rest: services, slices, nodes and pods through its manifests, identities (as an allocator
 * would) straight into etcd. One thread of its own; what is refused while etcd is down is tried again by the next tick.
 */
final class Load implements AutoCloseable {

    private static final int SERVICES = 24;
    private static final int NODES = 6;
    private static final int PODS = 16;
    private static final int IDENTITIES = 200;
    private static final long TICK_MILLIS = 20;

    private final ClusterUnderFire cluster;
    private final int id;
    private final Random random;
    private final AtomicLong changes = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final Map<Integer, String> services = new TreeMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("load-", 0).factory());

    Load(ClusterUnderFire cluster, int id, long seed) {
        this.cluster = cluster;
        this.id = id;
        this.random = new Random(seed);
    }

    void start() {
        for (int i = 1; i <= NODES; i++) {
            node(i);
        }
        for (int i = 0; i < SERVICES; i++) {
            service(i);
        }
        var _ = thread.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    long changes() {
        return changes.get();
    }

    /** Writes that etcd did not take, because it was dead at that moment. */
    long refused() {
        return refused.get();
    }

    private void tick() {
        try {
            switch (random.nextInt(8)) {
                case 0, 1 -> service(random.nextInt(SERVICES));
                case 2 -> node(1 + random.nextInt(NODES));
                case 3 -> pod(random.nextInt(PODS));
                default -> identity(random.nextInt(IDENTITIES));
            }
            changes.incrementAndGet();
        } catch (StoreException e) {
            refused.incrementAndGet();
        }
    }

    private void service(int number) {
        if (random.nextInt(6) == 0) {
            services.remove(number);
            remove("service-" + number);
            return;
        }
        String backend = "10.%d.%d.%d".formatted(id, 1 + random.nextInt(NODES), 1 + random.nextInt(250));
        services.put(number, backend);
        write("service-" + number, """
                apiVersion: v1
                kind: Service
                metadata: {name: s%1$d, namespace: shop, annotations: {service.cilium.io/global: "true"}}
                spec: {clusterIP: 10.10%2$d.0.%3$d, ports: [{name: http, port: 80}]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: s%1$d-x, namespace: shop, labels: {kubernetes.io/service-name: s%1$d}}
                addressType: IPv4
                ports: [{name: http, port: 8080}]
                endpoints: [{addresses: [%4$s]}]
                """.formatted(number, id, 10 + number, backend));
    }

    /** The services that there are now, with their one backend. */
    Map<Integer, String> services() {
        return Map.copyOf(services);
    }

    private void node(int number) {
        write("node-" + number, """
                apiVersion: v1
                kind: Node
                metadata: {name: n%d, labels: {version: "%d"}}
                spec: {podCIDR: 10.%d.%d.0/24}
                status: {addresses: [{type: InternalIP, address: 172.30.%d.%d}]}
                """.formatted(number, random.nextInt(1000), id, number, id, 10 + number));
    }

    private void pod(int number) {
        if (random.nextInt(4) == 0) {
            remove("pod-" + number);
            return;
        }
        int node = 1 + number % NODES;
        write("pod-" + number, """
                apiVersion: v1
                kind: Pod
                metadata: {name: p%d, namespace: shop, labels: {app: a%d}}
                spec: {nodeName: n%d}
                status: {phase: Running, podIP: 10.%d.%d.%d, hostIP: 172.30.%d.%d}
                """.formatted(number, random.nextInt(12), node, id, node, 100 + number, id, 10 + node));
    }

    private void identity(int number) {
        // above what an allocator that starts at random would probably take, and below the end of the range
        String key = Keys.identity(new NumericIdentity((id << 16) + 60_000 + number));
        Txn.Op change = random.nextInt(4) == 0
                ? new Txn.Op.Delete(key)
                : new Txn.Op.Put(key, labels(random.nextInt()).getBytes(StandardCharsets.UTF_8), Optional.empty());
        cluster.store().commit(Txn.of(List.of(change)));
    }

    private String labels(int version) {
        return "k8s:io.cilium.k8s.policy.cluster=%s;k8s:version=v%d;".formatted(cluster.name(), version);
    }

    /** A key that the peer must see; the value tells which round wrote it. */
    void probe(int round) {
        String key = Keys.identity(new NumericIdentity((id << 16) + 65_000));
        cluster.store()
                .commit(Txn.of(List.of(
                        new Txn.Op.Put(key, labels(round).getBytes(StandardCharsets.UTF_8), Optional.empty()))));
    }

    /** Whether {@code reader}'s copy has the probe of {@code round}. */
    boolean probeArrived(ClusterUnderFire reader, int round) {
        String key = Keys.Resource.IDENTITIES.cachePrefix(cluster.name()) + ((id << 16) + 65_000);
        return reader.store()
                .get(key)
                .filter(entry -> entry.text().equals(labels(round)))
                .isPresent();
    }

    private void write(String file, String text) {
        Path target = cluster.manifests().resolve(file + ".yaml");
        Path half = cluster.manifests().resolve("." + file + ".half");
        try {
            Files.writeString(half, text);
            Files.move(half, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void remove(String file) {
        try {
            Files.deleteIfExists(cluster.manifests().resolve(file + ".yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops changing; what was said last stays. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the load's thread did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
