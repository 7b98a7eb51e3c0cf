package io.clustermesh.cli.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.kube.testing.KubeApiServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.LoadBalancerIngressBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What connecting writes, in clusters of which only the Kubernetes API runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class JoinIT {

    private final KubeApiServer westServer = KubeApiServer.start("west");
    private final KubeApiServer eastServer = KubeApiServer.start("east");

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    void enableBoth(@TempDir Path kubeconfigs) {
        Commands commands = Commands.of(kubeconfigs, westServer, eastServer);
        for (int id = 1; id <= 2; id++) {
            String name = id == 1 ? "west" : "east";
            int code = commands.run(
                    "enable",
                    "--context=" + name,
                    "--cluster-name=" + name,
                    "--cluster-id=" + id,
                    "--pod-cidr=10.%d.0.0/16".formatted(id),
                    "--service-cidr=10.%d.0.0/16".formatted(100 + id),
                    "--endpoint=https://127.0.0.%d:2379".formatted(id));
            assertThat(code).as(commands.complained()).isZero();
        }
    }

    @BeforeEach
    void forgetPeers() {
        for (KubeApiServer server : List.of(westServer, eastServer)) {
            for (String secret : List.of(Names.PEERS, Names.TRUST)) {
                server.admin()
                        .secrets()
                        .inNamespace("clustermesh")
                        .withName(secret)
                        .edit(it -> new SecretBuilder(it).withData(Map.of()).build());
            }
        }
    }

    @AfterAll
    void end() {
        westServer.close();
        eastServer.close();
    }

    private Map<String, byte[]> secret(KubeApiServer server, String name) {
        return new RunningSite(server, folder, "127.0.0.1").secret(name);
    }

    private Commands both() {
        return Commands.of(folder, westServer, eastServer);
    }

    private Path offered(String... more) {
        Commands west = Commands.of(folder, westServer);
        Path offer = folder.resolve("offer.txt");
        assertThat(west.run(
                        "token",
                        "create",
                        "--context=west",
                        "--peer=east",
                        "--file=" + offer,
                        more.length == 0 ? "--valid-for=1h" : more[0]))
                .as(west.complained())
                .isZero();
        return offer;
    }

    @Test
    void shouldConnectByTokenThoughNobodyHasBothKubeconfigs() throws IOException {
        Path offer = offered();
        Path answer = folder.resolve("answer.txt");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(offer)))
                .isEqualTo("rw-------");
        Commands east = Commands.of(folder, eastServer);
        assertThat(east.run("connect", "--context=east", "--token=" + offer, "--answer=" + answer))
                .as(east.complained())
                .isZero();
        assertThat(secret(eastServer, Names.PEERS)).containsKeys("west", "west.etcd-client.key");
        assertThat(secret(eastServer, Names.TRUST)).containsOnlyKeys("west.crt");
        assertThat(secret(westServer, Names.TRUST)).isEmpty();

        Commands west = Commands.of(folder, westServer);
        assertThat(west.run("connect", "--context=west", "--token=" + answer))
                .as(west.complained())
                .isZero();

        assertThat(secret(westServer, Names.PEERS)).containsKeys("east", "east.etcd-client-ca.crt");
        assertThat(secret(westServer, Names.TRUST)).containsOnlyKeys("east.crt");
        // exactly what two kubeconfigs would have done
        Commands both = both();
        assertThat(both.run("connect", "--context=west", "--destination-context=east", "--plan"))
                .isZero();
        assertThat(both.complained()).contains("nothing would change");
    }

    @Test
    void shouldTakeATokenOnce() {
        Path offer = offered();
        Path answer = folder.resolve("answer.txt");
        Commands east = Commands.of(folder, eastServer);
        assertThat(east.run("connect", "--context=east", "--token=" + offer, "--answer=" + answer))
                .isZero();
        Commands west = Commands.of(folder, westServer);
        assertThat(west.run("connect", "--context=west", "--token=" + answer)).isZero();

        assertThat(east.run("connect", "--context=east", "--token=" + offer)).isOne();
        assertThat(east.complained()).contains("good for one use");
        assertThat(west.run("connect", "--context=west", "--token=" + answer)).isOne();
        assertThat(west.complained()).contains("good for one use");
        assertThat(west.run("token", "list", "--context=west")).isZero();
        assertThat(west.said()).contains("spent", "east");
    }

    @Test
    void shouldRefuseATokenThatWasChangedOrIsForSomebodyElseOrRevoked() throws IOException {
        String text = Files.readString(offered()).strip();
        Commands east = Commands.of(folder, eastServer);
        int dot = text.lastIndexOf('.');
        String changed =
                text.substring(0, dot - 8) + (text.charAt(dot - 8) == 'A' ? 'B' : 'A') + text.substring(dot - 7);
        Path bad = Files.writeString(folder.resolve("bad.txt"), changed);
        assertThat(east.run("connect", "--context=east", "--token=" + bad)).isOne();
        assertThat(secret(eastServer, Names.PEERS)).isEmpty();

        Commands west = Commands.of(folder, westServer);
        assertThat(west.run("connect", "--context=west", "--token=" + folder.resolve("offer.txt")))
                .isOne();
        assertThat(west.complained()).contains("for cluster \"east\", and this is \"west\"");

        assertThat(east.run(
                        "connect",
                        "--context=east",
                        "--token=" + folder.resolve("offer.txt"),
                        "--ca-fingerprint=00:11"))
                .isOne();
        assertThat(east.complained()).contains("not the wanted one");

        Path answer = folder.resolve("answer.txt");
        assertThat(east.run(
                        "connect", "--context=east", "--token=" + folder.resolve("offer.txt"), "--answer=" + answer))
                .isZero();
        assertThat(west.run("token", "list", "--context=west")).isZero();
        west.said()
                .lines()
                .filter(line -> line.contains(" open "))
                .map(line -> line.split(" ")[0])
                .toList()
                .forEach(id -> assertThat(Commands.of(folder, westServer).run("token", "revoke", "--context=west", id))
                        .isZero());
        assertThat(west.run("connect", "--context=west", "--token=" + answer)).isOne();
        assertThat(west.complained()).contains("revoked");
    }

    @Test
    void shouldTakeBackWhatWasWrittenWhenTheOtherSideRefuses() {
        eastServer
                .admin()
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("reader")
                        .endMetadata()
                        .build())
                .serverSideApply();
        eastServer
                .admin()
                .resource(new ClusterRoleBuilder()
                        .withNewMetadata()
                        .withName("reader")
                        .endMetadata()
                        .addNewRule()
                        .withApiGroups("*")
                        .withResources("*")
                        .withVerbs("get", "list")
                        .endRule()
                        .build())
                .serverSideApply();
        eastServer
                .admin()
                .resource(new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName("reader")
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "reader")
                        .addNewSubject()
                        .withKind("ServiceAccount")
                        .withNamespace("default")
                        .withName("reader")
                        .endSubject()
                        .build())
                .serverSideApply();
        Commands commands = Commands.of(
                folder.resolve("mixed"),
                List.of(westServer.kubeconfig(), eastServer.kubeconfigOf("default", "reader")));

        assertThat(commands.run("connect", "--context=west", "--destination-context=east", "--no-wait"))
                .isOne();

        assertThat(commands.complained()).contains("context east: may not write Secret");
        assertThat(secret(westServer, Names.PEERS)).isEmpty();
        assertThat(secret(westServer, Names.TRUST)).isEmpty();
    }

    @Test
    void shouldExportInsteadOfWriting() throws IOException {
        Path export = folder.resolve("export");
        Commands commands = both();

        assertThat(commands.run("connect", "--context=west", "--destination-context=east", "--export=" + export))
                .as(commands.complained())
                .isZero();

        assertThat(secret(westServer, Names.PEERS)).isEmpty();
        try (var files = Files.list(export)) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
                KubeApiServer server = file.getFileName().toString().startsWith("west") ? westServer : eastServer;
                server.admin().load(Files.newInputStream(file)).serverSideApply();
            }
        }
        assertThat(commands.run("connect", "--context=west", "--destination-context=east", "--plan"))
                .isZero();
        assertThat(commands.complained()).contains("nothing would change");
    }

    @Test
    void shouldLetOneReadTheOtherOnly() {
        Commands commands = both();

        assertThat(commands.run(
                        "connect", "--context=west", "--destination-context=east", "--mode=unicast", "--no-wait"))
                .as(commands.complained())
                .isZero();

        assertThat(secret(westServer, Names.PEERS)).containsKey("east");
        assertThat(secret(eastServer, Names.TRUST)).containsOnlyKeys("west.crt");
        assertThat(secret(eastServer, Names.PEERS)).isEmpty();
        assertThat(secret(westServer, Names.TRUST)).isEmpty();
    }

    @Test
    void shouldConnectWithACiliumInItsOwnForm() {
        try (KubeApiServer server = KubeApiServer.start("north")) {
            Map<String, byte[]> eastRemote = secret(eastServer, Names.REMOTE_CERT);
            server.admin()
                    .resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace("kube-system")
                            .withName("cilium-config")
                            .endMetadata()
                            .addToData("cluster-name", "north")
                            .addToData("cluster-id", "3")
                            .addToData("cluster-pool-ipv4-cidr", "10.3.0.0/16")
                            .build())
                    .create();
            ciliumSecret(server, "cilium-ca", Map.of("ca.crt", text(eastRemote, "ca.crt"), "ca.key", "hidden"));
            ciliumSecret(
                    server,
                    Names.REMOTE_CERT,
                    Map.of(
                            "ca.crt", text(eastRemote, "ca.crt"),
                            "tls.crt", text(eastRemote, "tls.crt"),
                            "tls.key", text(eastRemote, "tls.key")));
            ciliumSecret(server, "cilium-kvstoremesh", Map.of());
            Service service = server.admin()
                    .resource(new ServiceBuilder()
                            .withNewMetadata()
                            .withNamespace("kube-system")
                            .withName(Names.APISERVER)
                            .endMetadata()
                            .withNewSpec()
                            .withType("LoadBalancer")
                            .addNewPort()
                            .withPort(2379)
                            .endPort()
                            .endSpec()
                            .build())
                    .create();
            server.admin()
                    .resource(new ServiceBuilder(service)
                            .editOrNewStatus()
                            .withNewLoadBalancer()
                            .withIngress(new LoadBalancerIngressBuilder()
                                    .withIp("192.0.2.3")
                                    .build())
                            .endLoadBalancer()
                            .endStatus()
                            .build())
                    .updateStatus();
            Commands commands = Commands.of(folder, westServer, server);

            assertThat(commands.run("connect", "--context=west", "--destination-context=north", "--no-wait"))
                    .as(commands.complained())
                    .isZero();

            Map<String, byte[]> ours = secret(westServer, Names.PEERS);
            assertThat(text(ours, "north")).contains("https://north.mesh.cilium.io:2379", "ips: [\"192.0.2.3\"]");
            assertThat(text(ours, "north.etcd-client.crt")).isEqualTo(text(eastRemote, "tls.crt"));
            // a Cilium shows what we gave it, so its CA need not be trusted
            assertThat(secret(westServer, Names.TRUST)).isEmpty();
            SecretState kvstoremesh = state(server, "cilium-kvstoremesh");
            assertThat(kvstoremesh.require("west"))
                    .contains("https://127.0.0.1:2379", "/var/lib/cilium/clustermesh/west.etcd-client.crt");
            assertThat(io.clustermesh.certs.PemFiles.parseCertificates(
                                    kvstoremesh.require("west.etcd-client.crt"), "test")
                            .getFirst()
                            .getSubjectX500Principal()
                            .getName())
                    .isEqualTo("CN=remote-north");
            assertThat(state(server, Names.PEERS).require("west"))
                    .contains("https://clustermesh-apiserver.kube-system.svc:2379", "local-etcd-client.crt");

            assertThat(commands.run("connect", "--context=west", "--destination-context=north", "--plan"))
                    .isZero();
            assertThat(commands.complained()).contains("nothing would change");
        }
    }

    private static void ciliumSecret(KubeApiServer server, String name, Map<String, String> content) {
        server.admin()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace("kube-system")
                        .withName(name)
                        .endMetadata()
                        .withStringData(content)
                        .build())
                .create();
    }

    private static SecretState state(KubeApiServer server, String name) {
        try (KubeSite site = KubeSite.open(new KubeTarget(
                java.util.Optional.of(server.kubeconfig()),
                java.util.Optional.of(server.name()),
                "kube-system",
                java.util.Optional.empty()))) {
            return site.secret(name).orElseThrow();
        }
    }

    private static String text(Map<String, byte[]> secret, String key) {
        byte[] value = secret.get(key);
        assertThat(value).as(key).isNotNull();
        return new String(value, StandardCharsets.UTF_8);
    }
}
