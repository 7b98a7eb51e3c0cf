package io.clustermesh.apiserver.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.publish.Exports;
import io.clustermesh.apiserver.source.KubeObject.Kind;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.apiserver.source.SourceChange;
import io.clustermesh.apiserver.source.SourceError;
import io.clustermesh.apiserver.source.SourceListener;
import io.clustermesh.apiserver.source.kubernetes.Cluster;
import io.clustermesh.apiserver.source.kubernetes.KubernetesConnection;
import io.clustermesh.apiserver.source.kubernetes.KubernetesSource;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Keys;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.lead.Term;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is written back to a real API server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubernetesSinkIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final KubernetesSink.Voice VOICE = new KubernetesSink.Voice("replica-1", Duration.ofMinutes(5));
    private static final ClusterName EAST = new ClusterName("east");
    private static final String HEADLESS = """
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: %s, annotations: {service.cilium.io/global: "true"%s}}
            spec: {clusterIP: None, selector: {app: cart}, ports: [{name: http, port: 80}]}
            """;

    private final Cluster cluster = Cluster.start("west");
    private final Clock clock = Clock.system();
    private EventLog log = new EventLog(clock, 100);
    private KvStore store = new InMemoryKvStore();
    private Lifecycle lifecycle = new Lifecycle("test", clock);
    private final Set<ObjectKey> told = ConcurrentHashMap.newKeySet();
    private int tests;
    private String namespace = "";

    @BeforeEach
    void begin() {
        log = new EventLog(clock, 100);
        store = new InMemoryKvStore();
        lifecycle = new Lifecycle("test", clock);
        namespace = "shop-" + ++tests;
        cluster.create("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n".formatted(namespace));
    }

    @AfterEach
    void stop() {
        lifecycle.close();
        store.close();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void shouldWriteOneEventForAWarningHoweverOftenItComes() {
        cluster.create(HEADLESS.formatted(namespace, ""));
        start(cluster.connection(), log);
        awaitTold();
        Warning warning = new Warning("Service " + namespace + "/cart", "UnknownAffinity", "is nonsense; mend it");

        for (int i = 0; i < 20; i++) {
            log.warn(warning);
        }

        await().atMost(LONG).until(() -> !events().isEmpty());
        Event event = events().getFirst();
        assertThat(event.getReason()).isEqualTo("UnknownAffinity");
        assertThat(event.getNote()).isEqualTo("is nonsense; mend it");
        assertThat(event.getType()).isEqualTo("Warning");
        assertThat(event.getRegarding().getKind()).isEqualTo("Service");
        assertThat(event.getRegarding().getName()).isEqualTo("cart");
        assertThat(event.getRegarding().getUid())
                .isEqualTo(cluster.admin()
                        .services()
                        .inNamespace(namespace)
                        .withName("cart")
                        .get()
                        .getMetadata()
                        .getUid());

        Lifecycle other = new Lifecycle("other", clock);
        try (other) {
            EventLog otherLog = new EventLog(clock, 100);
            told.clear();
            KubernetesSink second = start(cluster.connection(), otherLog, other, store);
            awaitTold();
            await().atMost(LONG).until(() -> told.contains(new ObjectKey(Kind.NAMESPACE, "", namespace)));
            otherLog.warn(warning);
            otherLog.warn(new Warning("Namespace " + namespace, "UnknownValue", "another one"));
            await().atMost(LONG).until(() -> second.status().events().written() > 0);
        }
        assertThat(events()).as("after another replica has said the same").hasSize(1);
    }

    @Test
    void shouldWriteNothingWhileAnotherReplicaPublishes() {
        cluster.create(HEADLESS.formatted(namespace, ""));
        publish(3);
        KubernetesSink sink = startIdle(cluster.connection(), log, lifecycle, store);
        log.warn(new Warning("Service " + namespace + "/cart", "UnknownAffinity", "is nonsense"));
        await().atMost(LONG).until(() -> told.contains(new ObjectKey(Kind.SERVICE, namespace, "cart")));
        assertThat(sink.status().leads()).isFalse();

        lead(sink);

        await().atMost(LONG).until(() -> slices().size() == 1 && events().size() == 1);
        assertThat(sink.status().leads()).isTrue();
    }

    @Test
    void shouldWriteTheBackendsOfPeersAsSlices() {
        cluster.create(HEADLESS.formatted(namespace, ""));
        publish(250);
        KubernetesSink sink = start(cluster.connection(), log);

        await().atMost(LONG).until(() -> slices().size() == 3);
        assertThat(slices().values()).allSatisfy(slice -> {
            assertThat(slice.getEndpoints().size()).isLessThanOrEqualTo(100);
            assertThat(slice.getAddressType()).isEqualTo("IPv4");
            assertThat(slice.getPorts()).hasSize(1);
            assertThat(slice.getPorts().getFirst().getPort()).isEqualTo(8080);
            assertThat(slice.getMetadata().getLabels())
                    .containsEntry("multicluster.kubernetes.io/source-cluster", "east")
                    .containsEntry("kubernetes.io/service-name", "cart");
            assertThat(slice.getMetadata().getOwnerReferences()).hasSize(1);
        });
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(sink.status().slices())
                        .extracting(
                                SinkStatus.Slices::services, SinkStatus.Slices::slices, SinkStatus.Slices::endpoints)
                        .containsExactly(1, 3, 250));
        assertThat(told)
                .noneMatch(key ->
                        key.kind() == Kind.ENDPOINT_SLICE && key.namespace().equals(namespace));

        Map<String, String> before = versions();
        publish(249);
        await().atMost(LONG)
                .until(() -> slices().values().stream()
                                .mapToInt(slice -> slice.getEndpoints().size())
                                .sum()
                        == 249);
        Map<String, String> after = versions();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after.entrySet().stream().filter(slice -> !slice.getValue().equals(before.get(slice.getKey()))))
                .as("slices that were rewritten for one backend")
                .hasSize(1);

        store.commit(new Txn(List.of(), List.of(new Txn.Op.Delete(key()))));
        await("the peer has no such service any more").atMost(LONG).until(() -> slices().isEmpty());
    }

    @Test
    void shouldFollowTheAnnotation() {
        String no = ", service.cilium.io/global-sync-endpoint-slices: \"false\"";
        cluster.create(HEADLESS.formatted(namespace, ""));
        publish(3);
        start(cluster.connection(), log);
        await().atMost(LONG).until(() -> slices().size() == 1);

        cluster.replace(HEADLESS.formatted(namespace, no));
        await().atMost(LONG).until(() -> slices().isEmpty());

        cluster.replace(HEADLESS.formatted(namespace, ""));
        await().atMost(LONG).until(() -> slices().size() == 1);

        cluster.delete(HEADLESS.formatted(namespace, ""));
        await().atMost(LONG).until(() -> slices().isEmpty());
    }

    @Test
    void shouldAskForTheAnnotationOfAServiceWithAnAddress() {
        String withAddress = HEADLESS.replace("clusterIP: None, ", "");
        cluster.create(withAddress.formatted(namespace, ""));
        publish(3);
        KubernetesSink sink = start(cluster.connection(), log);
        await().atMost(LONG).until(() -> told.contains(new ObjectKey(Kind.SERVICE, namespace, "cart")));
        await().atMost(LONG).until(() -> sink.status().slices().pending() == 0);
        assertThat(slices()).isEmpty();

        cluster.replace(withAddress.formatted(namespace, ", service.cilium.io/global-sync-endpoint-slices: \"true\""));
        await().atMost(LONG).until(() -> slices().size() == 1);

        cluster.replace(
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, annotations: {clustermesh.cilium.io/global: \"false\"}}\n"
                        .formatted(namespace));
        await("its namespace left the mesh").atMost(LONG).until(() -> slices().isEmpty());
    }

    @Test
    void shouldRewriteNothingWhenItTakesOver() {
        cluster.create(HEADLESS.formatted(namespace, ""));
        publish(120);
        start(cluster.connection(), log);
        await().atMost(LONG).until(() -> slices().size() == 2);
        Map<String, String> before = versions();

        Lifecycle other = new Lifecycle("other", clock);
        try (other) {
            KubernetesSink second = start(cluster.connection(), new EventLog(clock, 100), other, store);
            await().atMost(LONG)
                    .untilAsserted(() ->
                            assertThat(second.status().slices().endpoints()).isEqualTo(120));
            await().atMost(LONG).until(() -> second.status().slices().pending() == 0);
            assertThat(second.status().slices().writes()).isZero();
        }
        assertThat(versions()).isEqualTo(before);
    }

    @Test
    void shouldSayWhichRuleIsMissing() {
        cluster.create("""
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: reader, namespace: default}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: reader}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
                subjects: [{kind: ServiceAccount, name: reader, namespace: default}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: view}
                rules:
                  - {apiGroups: [""], resources: [services, namespaces, pods, nodes], verbs: [list, watch]}
                  - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
                """.replace("name: view", "name: mesh-view"));
        cluster.create(HEADLESS.formatted(namespace, ""));
        publish(3);
        KubernetesSink sink = start(cluster.connectionOf("reader"), log);
        awaitTold();
        log.warn(new Warning("Service " + namespace + "/cart", "UnknownAffinity", "is nonsense"));

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(sink.status().slices().problem().orElse(""))
                        .contains("endpointslices", "\"create\", \"patch\", \"delete\""));
        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(sink.status().events().problem().orElse("")).contains("events.k8s.io"));
        assertThat(slices()).isEmpty();
    }

    private KubernetesSink start(KubernetesConnection connection, EventLog warnings) {
        return start(connection, warnings, lifecycle, store);
    }

    private KubernetesSink start(KubernetesConnection connection, EventLog warnings, Lifecycle owner, KvStore peers) {
        KubernetesSink sink = startIdle(connection, warnings, owner, peers);
        lead(sink);
        return sink;
    }

    private void awaitTold() {
        await().atMost(LONG).until(() -> told.contains(new ObjectKey(Kind.SERVICE, namespace, "cart")));
    }

    private static void lead(KubernetesSink sink) {
        sink.seats(new KubernetesSink.Wanted(true, true))
                .forEach(seat -> seat.gained(new Term("publisher", "test", new Revision(1))));
    }

    private KubernetesSink startIdle(
            KubernetesConnection connection, EventLog warnings, Lifecycle owner, KvStore peers) {
        KubernetesSource source = new KubernetesSource(owner.own("connection", connection), clock);
        KubernetesSink sink = KubernetesSink.start(connection, source, peers, warnings, VOICE, Exports.ALL, owner);
        sink.tapped(source)
                .start(
                        new SourceListener() {
                            @Override
                            public void onChanges(List<SourceChange> changes, Instant seenAt) {
                                changes.forEach(change -> told.add(change.key()));
                            }

                            @Override
                            public void onSynced(Set<Kind> kinds) {}

                            @Override
                            public void onErrors(List<SourceError> errors) {}
                        },
                        owner);
        return sink;
    }

    private String key() {
        return Keys.CACHED_SERVICES + "east/" + namespace + "/cart";
    }

    /** What the mirror of peer east would write. */
    private void publish(int backends) {
        Map<IpAddress, Map<String, L4>> all = new TreeMap<>();
        for (int i = 0; i < backends; i++) {
            all.put(
                    IpAddress.parse("10.2.%d.%d".formatted(i / 250, 1 + i % 250)),
                    Map.of("http", new L4(Protocol.TCP, 8080)));
        }
        ServiceRecord service = new ServiceRecord(
                EAST,
                new ClusterId(2),
                new ServiceName(namespace, "cart"),
                Map.of(),
                all,
                ServiceRecord.Meta.of(Map.of(), Map.of()));
        store.commit(
                new Txn(List.of(), List.of(new Txn.Op.Put(key(), ServiceCodec.encode(service), Optional.empty()))));
    }

    private Map<String, EndpointSlice> slices() {
        return cluster
                .admin()
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withLabel(SliceObjects.MANAGED_BY, SliceObjects.US)
                .list()
                .getItems()
                .stream()
                .collect(Collectors.toMap(slice -> slice.getMetadata().getName(), slice -> slice));
    }

    private Map<String, String> versions() {
        return slices().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        slice -> slice.getValue().getMetadata().getResourceVersion()));
    }

    private List<Event> events() {
        return cluster.admin()
                .events()
                .v1()
                .events()
                .inNamespace(namespace)
                .list()
                .getItems();
    }
}
