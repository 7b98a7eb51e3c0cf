package io.clustermesh.apiserver.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.apiserver.source.KindStatus;
import io.clustermesh.apiserver.source.KindStatus.State;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A kind that may not be read holds up itself only, and says which rule is missing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubernetesRightsIT {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static final Map<String, String> GROUPS = Map.of(
            "namespaces", "",
            "nodes", "",
            "services", "",
            "pods", "",
            "endpointslices", "discovery.k8s.io",
            "serviceexports", "multicluster.x-k8s.io",
            "ciliumidentities", "cilium.io",
            "ciliumendpoints", "cilium.io",
            "ciliumnodes", "cilium.io");

    private final Cluster cluster = Cluster.start("west");

    @BeforeAll
    void define() {
        cluster.define(Cluster.SERVICE_EXPORTS);
        Cluster.CILIUM.forEach(cluster::define);
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "namespaces",
                "nodes",
                "services",
                "pods",
                "endpointslices",
                "serviceexports",
                "ciliumidentities",
                "ciliumendpoints",
                "ciliumnodes"
            })
    void shouldReadTheOthersIfOneKindIsDenied(String denied) {
        String account = "without-" + denied;
        cluster.create(role(account, denied, true));
        Heard heard = new Heard();
        try (Lifecycle lifecycle = new Lifecycle("test", Clock.system())) {
            KubernetesSource source =
                    new KubernetesSource(lifecycle.own("connection", cluster.connectionOf(account)), lifecycle.clock());
            source.start(heard, lifecycle);

            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(source.status().kinds().stream()
                                    .collect(Collectors.groupingBy(KindStatus::state, Collectors.counting())))
                            .isEqualTo(Map.of(State.DENIED, 1L, State.WATCHING, GROUPS.size() - 1L)));
            KindStatus kind = source.status().kinds().stream()
                    .filter(each -> each.state() == State.DENIED)
                    .findFirst()
                    .orElseThrow();
            assertThat(kind.problem().orElseThrow())
                    .contains("apiGroups: [\"%s\"], resources: [\"%s\"], verbs: [\"list\", \"watch\"]"
                            .formatted(GROUPS.get(denied), denied));
            assertThat(source.status().synced()).isFalse();
            assertThat(source.status().missing()).contains(denied);
            assertThat(heard.errors()).isNotEmpty();

            cluster.replace(role(account, "nothing", false));
            await().atMost(LONG).until(() -> source.status().synced());
            await().atMost(LONG).until(() -> source.status().errors().isEmpty());
        }
    }

    private static String role(String account, String denied, boolean whole) {
        String rules = GROUPS.entrySet().stream()
                .filter(kind -> !kind.getKey().equals(denied))
                .map(kind -> "  - {apiGroups: [\"%s\"], resources: [\"%s\"], verbs: [list, watch]}\n"
                        .formatted(kind.getValue(), kind.getKey()))
                .collect(Collectors.joining());
        String role = """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: %s}
                rules:
                %s""".formatted(account, rules);
        String rest = """
                ---
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: %1$s, namespace: default}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: %1$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %1$s}
                subjects: [{kind: ServiceAccount, name: %1$s, namespace: default}]
                """.formatted(account);
        return whole ? role + rest : role;
    }
}
