package io.clustermesh.cli.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.certs.PemFiles;
import io.clustermesh.kube.testing.KubeApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class EnableIT {

    private static final List<String> WEST = List.of(
            "enable",
            "--context=west",
            "--cluster-name=west",
            "--cluster-id=1",
            "--pod-cidr=10.1.0.0/16",
            "--endpoint=https://127.0.0.1:2379");

    private final KubeApiServer server = KubeApiServer.start("west");

    @TempDir
    private Path folder = Path.of("");

    /** No controller of namespaces runs here, so that a namespace would never be gone: it is not ours. */
    @BeforeEach
    void startClean() {
        if (kube().namespaces().withName("clustermesh").get() == null) {
            kube().resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName("clustermesh")
                            .endMetadata()
                            .build())
                    .create();
        }
        commands().run("disable", "--context=west", "--force");
        kube().secrets().inNamespace("clustermesh").delete();
        kube().services().inNamespace("clustermesh").delete();
    }

    @AfterAll
    void end() {
        server.close();
    }

    private KubernetesClient kube() {
        return server.admin();
    }

    private Commands commands() {
        return Commands.of(folder, server);
    }

    private static String[] and(List<String> arguments, String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Every object that "enable" could touch, with its version. */
    private SortedMap<String, String> objects() {
        List<HasMetadata> all = new ArrayList<>();
        all.addAll(kube().secrets().inNamespace("clustermesh").list().getItems());
        all.addAll(kube().configMaps().inNamespace("clustermesh").list().getItems());
        all.addAll(kube().services().inNamespace("clustermesh").list().getItems());
        all.addAll(kube().serviceAccounts().inNamespace("clustermesh").list().getItems());
        all.addAll(kube().apps().deployments().inNamespace("clustermesh").list().getItems());
        all.addAll(
                kube().apps().statefulSets().inNamespace("clustermesh").list().getItems());
        all.addAll(kube().apps().daemonSets().inNamespace("clustermesh").list().getItems());
        all.addAll(kube().network()
                .networkPolicies()
                .inNamespace("clustermesh")
                .list()
                .getItems());
        all.addAll(kube().policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace("clustermesh")
                .list()
                .getItems());
        all.addAll(kube().rbac().clusterRoles().list().getItems());
        all.addAll(kube().rbac().clusterRoleBindings().list().getItems());
        all.addAll(kube().rbac().roles().inNamespace("clustermesh").list().getItems());
        all.addAll(
                kube().rbac().roleBindings().inNamespace("clustermesh").list().getItems());
        all.addAll(kube().namespaces().list().getItems());
        TreeMap<String, String> found = new TreeMap<>();
        all.forEach(object -> found.put(
                object.getKind() + " " + object.getMetadata().getName(),
                object.getMetadata().getResourceVersion()));
        return found;
    }

    private String certificate(String secret) {
        Secret found =
                kube().secrets().inNamespace("clustermesh").withName(secret).get();
        return new String(Base64.getDecoder().decode(found.getData().get("tls.crt")), StandardCharsets.UTF_8);
    }

    @Test
    void shouldMakeWhatAClusterNeedsAndChangeNothingTheSecondTime() {
        Commands commands = commands();

        assertThat(commands.run(and(WEST))).as(commands.complained()).isZero();

        assertThat(commands.said()).contains("west (id 1) is enabled", "https://127.0.0.1:2379");
        assertThat(objects())
                .containsKeys(
                        "Secret clustermesh-ca",
                        "Secret clustermesh-apiserver-server-cert",
                        "Secret clustermesh-apiserver-admin-cert",
                        "Secret clustermesh-apiserver-local-cert",
                        "Secret clustermesh-apiserver-remote-cert",
                        "Secret clustermesh-etcd-server-cert",
                        "Secret cilium-clustermesh",
                        "Secret clustermesh-trust",
                        "ConfigMap clustermesh-config",
                        "Deployment clustermesh-apiserver",
                        "StatefulSet clustermesh-etcd",
                        "DaemonSet clustermesh-node-sync",
                        "Service clustermesh-apiserver");
        assertThat(PemFiles.parseCertificates(certificate("clustermesh-apiserver-server-cert"), "test")
                        .getFirst()
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=clustermesh-apiserver.west");
        SortedMap<String, String> first = objects();
        // the inventory is written before and after, whatever happens between
        first.remove("ConfigMap clustermesh-inventory");

        assertThat(commands.run("enable", "--context=west"))
                .as(commands.complained())
                .isZero();

        SortedMap<String, String> second = objects();
        second.remove("ConfigMap clustermesh-inventory");
        assertThat(second).isEqualTo(first);
        assertThat(commands.complained()).doesNotContain("issued");
    }

    @Test
    void shouldLeaveNothingBehindAndTouchNothingElse() {
        TreeSet<String> before = new TreeSet<>(objects().keySet());
        Commands commands = commands();
        assertThat(commands.run(and(WEST))).isZero();
        assertThat(objects()).hasSizeGreaterThan(before.size() + 10);

        assertThat(commands.run("disable", "--context=west"))
                .as(commands.complained())
                .isZero();

        assertThat(objects().keySet()).isEqualTo(before);
        assertThat(commands.run("disable", "--context=west")).isOne();
        assertThat(commands.complained()).contains("made nothing in namespace clustermesh");
    }

    @Test
    void shouldNameEveryMistakeBeforeItChangesAnything() {
        SortedMap<String, String> before = objects();
        Commands commands = commands();

        assertThat(commands.run(
                        "enable",
                        "--context=west",
                        "--cluster-name=West",
                        "--cluster-id=300",
                        "--pod-cidr=10.96.0.0/12"))
                .isOne();

        assertThat(commands.complained())
                .contains("\"West\" breaks the rule", "beyond a mesh of 255", "pod CIDR 10.96.0.0/12 overlaps");
        assertThat(objects()).isEqualTo(before);
    }

    @Test
    void shouldTakeOnlyCertificatesThatSayTheWrongThingAnew() {
        Commands commands = commands();
        assertThat(commands.run(and(WEST))).isZero();
        String server = certificate("clustermesh-apiserver-server-cert");
        String remote = certificate("clustermesh-apiserver-remote-cert");

        assertThat(commands.run("enable", "--context=west", "--endpoint=https://mesh.example:2379"))
                .as(commands.complained())
                .isZero();

        assertThat(certificate("clustermesh-apiserver-server-cert")).isNotEqualTo(server);
        assertThat(certificate("clustermesh-apiserver-remote-cert")).isEqualTo(remote);
        assertThat(kube().configMaps()
                        .inNamespace("clustermesh")
                        .withName("clustermesh-config")
                        .get()
                        .getData()
                        .get("cluster.yaml"))
                .contains("https://mesh.example:2379", "name: west", "10.1.0.0/16");
    }

    @Test
    void shouldDeleteWhatAnEarlierRunMadeAndThisOneDoesNotNeed() {
        Commands commands = commands();
        assertThat(commands.run(and(WEST))).isZero();
        assertThat(objects()).containsKey("StatefulSet clustermesh-etcd");

        assertThat(commands.run(
                        "enable",
                        "--context=west",
                        "--set=etcd.enabled=false",
                        "--set=etcd.endpoint=https://etcd.example:2379"))
                .as(commands.complained())
                .isZero();

        assertThat(objects()).doesNotContainKey("StatefulSet clustermesh-etcd");
        assertThat(commands.complained()).contains("StatefulSet clustermesh/clustermesh-etcd is not needed");
    }

    @Test
    void shouldRefuseToRenameAClusterThatHasItsCertificates() {
        Commands commands = commands();
        assertThat(commands.run(and(WEST))).isZero();

        assertThat(commands.run("enable", "--context=west", "--cluster-name=north"))
                .isOne();

        assertThat(commands.complained()).contains("is \"west\" already", "clustermesh disable");
    }

    @Test
    void shouldNotTakeOverWhatSomebodyElseInstalled() {
        kube().load(EnableIT.class.getResourceAsStream("/kube/foreign-service.yaml"))
                .create();
        Commands commands = commands();

        assertThat(commands.run(and(WEST))).isOne();

        assertThat(commands.complained()).contains("has a Service clustermesh-apiserver already, made by cilium");
    }

    @Test
    void shouldSayWhatIsMissingForAStatus() {
        Commands commands = commands();

        assertThat(commands.run("status", "--context=west", "-o", "json")).isOne();

        assertThat(commands.json().path("ready").asBoolean()).isFalse();
        assertThat(commands.json().path("problems").toString()).contains("clustermesh-apiserver", "it is not there");
    }

    @Test
    void shouldNameAContextThatDoesNotExist() {
        Commands commands = commands();

        assertThat(commands.run("status", "--context=mars")).isOne();

        assertThat(commands.complained()).contains("no context \"mars\"", "next:", "west");
    }
}
