package io.clustermesh.apiserver.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.apiserver.publish.Publication;
import io.clustermesh.apiserver.source.KubeObject;
import io.clustermesh.apiserver.source.SourceChange;
import io.clustermesh.apiserver.source.SourceError;
import io.clustermesh.apiserver.source.SourceListener;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand services with a hundred thousand endpoints, each of them a pod, in a process that has little memory: it
 * reads them all, and makes of them what would be published.
 */
final class KubernetesScaleIT {

    private static final int SERVICES = 10_000;
    private static final int ENDPOINTS_EACH = 10;
    /** Some 200 MiB of it are what is held in the end: our records, and the bytes that would be in etcd. */
    private static final String HEAP = "-Xmx288m";

    @Test
    void shouldReadALargeClusterWithLittleMemory() throws IOException, InterruptedException {
        try (Cluster cluster = Cluster.start("large")) {
            cluster.server().down();
            cluster.inEtcd(objects());
            cluster.server().up();
            Process process = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElse("java"),
                            HEAP,
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseCompactObjectHeaders",
                            "-XX:+ExitOnOutOfMemoryError",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Reader.class.getName(),
                            cluster.server().kubeconfig().toString())
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                List<String> lines =
                        out.lines().takeWhile(line -> !line.startsWith("done ")).toList();
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
                assertThat(lines)
                        .anyMatch(line -> line.startsWith("read ")
                                && line.contains(" services=" + SERVICES)
                                && line.contains(" pods=" + SERVICES * ENDPOINTS_EACH));
                lines.stream().filter(line -> line.startsWith("read ")).forEach(System.out::println);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    /**
     * As the API server would keep them, without asking it a hundred thousand times. The services are headless, since it
     * looks for the allocation of each address before it is ready.
     */
    private static List<Txn.Op> objects() {
        List<Txn.Op> puts = new ArrayList<>();
        put(puts, "namespaces/shop", """
                {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","uid":"n"}}""");
        for (int node = 0; node < 100; node++) {
            put(puts, "minions/worker-" + node, """
                    {"apiVersion":"v1","kind":"Node","metadata":{"name":"worker-%1$d","uid":"w%1$d"},
                     "spec":{"podCIDRs":["10.%2$d.%3$d.0/22"],"podCIDR":"10.%2$d.%3$d.0/22"},
                     "status":{"addresses":[{"type":"InternalIP","address":"172.18.0.%4$d"}]}}""".formatted(node, 1 + node / 64, node % 64 * 4, node + 1));
        }
        for (int service = 0; service < SERVICES; service++) {
            put(puts, "services/specs/shop/svc-" + service, """
                    {"apiVersion":"v1","kind":"Service","metadata":{"name":"svc-%1$d","namespace":"shop","uid":"s%1$d",
                     "labels":{"app":"app-%1$d","team":"team-%2$d"},
                     "annotations":{"service.cilium.io/global":"true","kubectl.kubernetes.io/last-applied-configuration":"%3$s"}},
                     "spec":{"type":"ClusterIP","clusterIP":"None","clusterIPs":["None"],"ipFamilies":["IPv4"],
                     "selector":{"app":"app-%1$d"},"ports":[{"name":"http","port":80,"protocol":"TCP","targetPort":8080}]}}""".formatted(service, service % 50, "x".repeat(600)));
            StringBuilder endpoints = new StringBuilder();
            for (int i = 0; i < ENDPOINTS_EACH; i++) {
                int pod = service * ENDPOINTS_EACH + i;
                int node = pod % 100;
                int number = pod / 100;
                String ip = "10.%d.%d.%d".formatted(1 + node / 64, node % 64 * 4 + number / 250, 1 + number % 250);
                endpoints.append(i == 0 ? "" : ",").append("""
                        {"addresses":["%s"],"conditions":{"ready":true,"serving":true,"terminating":false},
                         "nodeName":"worker-%d","zone":"z%d","targetRef":{"kind":"Pod","namespace":"shop","name":"svc-%d-%d"}}""".formatted(ip, node, node % 3, service, i));
                put(puts, "pods/shop/svc-%d-%d".formatted(service, i), """
                        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"svc-%1$d-%2$d","namespace":"shop","uid":"p%1$d-%2$d",
                         "labels":{"app":"app-%1$d","pod-template-hash":"6d5f"},"annotations":{"note":"%5$s"}},
                         "spec":{"nodeName":"worker-%3$d","serviceAccountName":"default","containers":[{"name":"c","image":"none",
                         "env":[{"name":"A","value":"%5$s"}],"ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}]}]},
                         "status":{"phase":"Running","podIP":"%4$s","podIPs":[{"ip":"%4$s"}]}}""".formatted(
                                service, i, node, ip, "y".repeat(300)));
            }
            put(puts, "endpointslices/shop/svc-%d-abc".formatted(service), """
                    {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"svc-%1$d-abc","namespace":"shop",
                     "uid":"e%1$d","labels":{"kubernetes.io/service-name":"svc-%1$d",
                     "endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io"}},
                     "addressType":"IPv4","ports":[{"name":"http","port":8080,"protocol":"TCP"}],"endpoints":[%2$s]}""".formatted(service, endpoints));
        }
        return puts;
    }

    private static void put(List<Txn.Op> puts, String key, String json) {
        puts.add(new Txn.Op.Put(
                "/registry/" + key, json.replace("\n", "").getBytes(StandardCharsets.UTF_8), Optional.empty()));
    }

    /** The process with little memory. */
    static final class Reader {

        private Reader() {}

        public static void main(String[] arguments) throws InterruptedException {
            Clock clock = Clock.system();
            OwnCluster own = new OwnCluster(
                    new ClusterName("large"),
                    new ClusterId(1),
                    MeshSize.CLUSTERS_255,
                    List.of(Cidr.parse("10.0.0.0/8")));
            Publication publication = new Publication(own, warning -> System.out.println("warning " + warning));
            Set<KubeObject.Kind> synced = EnumSet.noneOf(KubeObject.Kind.class);
            CountDownLatch all = new CountDownLatch(1);
            long began = clock.monotonicNanos();
            try (Lifecycle lifecycle = new Lifecycle("reader", clock)) {
                KubernetesConnection connection = lifecycle.own(
                        "connection",
                        KubernetesConnection.open(Optional.of(Path.of(arguments[0])), Optional.of("large")));
                KubernetesSource source = new KubernetesSource(connection, clock);
                source.start(
                        new SourceListener() {
                            @Override
                            public void onChanges(List<SourceChange> changes, Instant seenAt) {
                                changes.forEach(publication::absorb);
                            }

                            @Override
                            public void onSynced(Set<KubeObject.Kind> kinds) {
                                synced.addAll(kinds);
                                if (synced.containsAll(EnumSet.allOf(KubeObject.Kind.class))) {
                                    all.countDown();
                                }
                            }

                            @Override
                            public void onErrors(List<SourceError> errors) {
                                errors.forEach(error -> System.out.println("error " + error.message()));
                            }
                        },
                        lifecycle);
                if (!all.await(180, TimeUnit.SECONDS)) {
                    System.out.println("gave up: " + source.status());
                    System.exit(1);
                }
                Duration reading = Duration.ofNanos(clock.monotonicNanos() - began);
                int edits = publication.settle().size();
                System.gc();
                long used = Runtime.getRuntime().totalMemory()
                        - Runtime.getRuntime().freeMemory();
                System.out.printf(
                        "read services=%d pods=%d nodes=%d edits=%d seconds=%.1f usedMiB=%d%n",
                        publication.counts().globalServices(),
                        source.status().kinds().stream()
                                .filter(kind -> kind.kind().equals("Pod"))
                                .mapToInt(kind -> kind.objects())
                                .sum(),
                        publication.counts().nodes(),
                        edits,
                        reading.toMillis() / 1000.0,
                        used >> 20);
            }
            System.out.println("done ");
        }
    }
}
