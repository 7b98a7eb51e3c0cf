package io.clustermesh.kube.testing;

import io.clustermesh.kube.KubeClients;
import io.clustermesh.store.testing.EtcdServer;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A real kube-apiserver on a free loopback port, with an etcd of its own and RBAC; no controllers, no kubelets. The
 * binary is what {@code build/kubernetes.sh} finds or builds. Closing stops both by their process handles.
 */
public final class KubeApiServer implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);

    private final Path binary;
    private final Path directory;
    private final String name;
    private final String serviceRange;
    private final int port;
    private final EtcdServer etcd;
    private final String adminToken = UUID.randomUUID().toString();
    private Optional<Process> process = Optional.empty();
    private Optional<KubernetesClient> admin = Optional.empty();

    private KubeApiServer(Path binary, Path directory, String name, String serviceRange, int port, EtcdServer etcd) {
        this.binary = binary;
        this.directory = directory;
        this.name = name;
        this.serviceRange = serviceRange;
        this.port = port;
        this.etcd = etcd;
    }

    /** Starts one and waits until it is ready. Skips the test where there is no binary and none can be built. */
    public static KubeApiServer start(String name) {
        return start(name, "10.96.0.0/16,fd96::/108");
    }

    /**
     * As above.
     *
     * @param serviceRange the blocks from which Services get their addresses, one of each family
     */
    public static KubeApiServer start(String name, String serviceRange) {
        Optional<Path> binary = KubernetesPrograms.find("kube-apiserver");
        Assumptions.assumeTrue(binary.isPresent(), "needs a kube-apiserver; see build/kubernetes.sh");
        EtcdServer etcd = EtcdServer.start();
        try {
            Path directory = Files.createTempDirectory("clustermesh-kube");
            KubeApiServer server = new KubeApiServer(binary.get(), directory, name, serviceRange, freePort(), etcd);
            server.prepare();
            server.up();
            return server;
        } catch (IOException | NoSuchAlgorithmException e) {
            etcd.close();
            throw new IllegalStateException("could not start kube-apiserver " + name, e);
        } catch (RuntimeException | AssertionError e) {
            etcd.close();
            throw e;
        }
    }

    /** Where it listens. */
    public String url() {
        return "https://127.0.0.1:" + port;
    }

    /** Its loopback port; free for nobody else while this object lives, also while it is down. */
    public int port() {
        return port;
    }

    /** The name that it was started with, which is also the context's in its kubeconfigs. */
    public String name() {
        return name;
    }

    /** A client with every right. Closed with the server. */
    public KubernetesClient admin() {
        KubernetesClient client =
                admin.orElseGet(() -> KubeClients.ofKubeconfig(Optional.of(kubeconfig()), Optional.of(name)));
        admin = Optional.of(client);
        return client;
    }

    /** A kubeconfig with every right; its context is named as the server. */
    public Path kubeconfig() {
        return writeKubeconfig("admin", adminToken);
    }

    /** A kubeconfig with the rights of a service account, which must exist; the token is the API server's own. */
    public Path kubeconfigOf(String namespace, String serviceAccount) {
        return writeKubeconfig(namespace + "-" + serviceAccount, token(namespace, serviceAccount));
    }

    /** A bound token of a service account, good for an hour, as a pod would have it. */
    public String token(String namespace, String serviceAccount) {
        TokenRequest request = new TokenRequestBuilder()
                .withNewSpec()
                .withExpirationSeconds(3600L)
                .endSpec()
                .build();
        return admin().serviceAccounts()
                .inNamespace(namespace)
                .withName(serviceAccount)
                .tokenRequest(request)
                .getStatus()
                .getToken();
    }

    /** The CA of its serving certificate, PEM. */
    public Path caFile() {
        return directory.resolve("serving/apiserver.crt");
    }

    /** Kills it, as a crash would; its etcd, data and port stay. */
    public void down() {
        process.ifPresent(running -> {
            running.destroyForcibly();
            try {
                running.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        process = Optional.empty();
    }

    /** Starts it again after {@link #down()} and waits until it is ready. */
    public void up() {
        try {
            process = Optional.of(new ProcessBuilder(command())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await("kube-apiserver is ready, its log is " + log())
                .atMost(START)
                .pollInSameThread()
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    if (!process.orElseThrow().isAlive()) {
                        throw new IllegalStateException("kube-apiserver ended: " + lastOfLog());
                    }
                    return ready();
                });
    }

    /** The etcd behind it, to compact or stop it. */
    public EtcdServer etcd() {
        return etcd;
    }

    @Override
    public void close() {
        admin.ifPresent(KubernetesClient::close);
        down();
        etcd.close();
        try (Stream<Path> tree = Files.walk(directory)) {
            tree.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command() {
        return List.of(
                binary.toString(),
                "--etcd-servers=" + etcd.endpoint(),
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=" + directory.resolve("serving"),
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-signing-key-file=" + directory.resolve("sa.key"),
                "--service-account-key-file=" + directory.resolve("sa.key"),
                "--service-cluster-ip-range=" + serviceRange,
                // without a controller no namespace gets a default account, and no pod would be admitted
                "--disable-admission-plugins=ServiceAccount",
                "--endpoint-reconciler-type=none",
                "--allow-privileged=true",
                "--profiling=false");
    }

    private void prepare() throws IOException, NoSuchAlgorithmException {
        Files.writeString(directory.resolve("tokens.csv"), adminToken + ",admin,admin,system:masters\n");
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        byte[] key = keys.generateKeyPair().getPrivate().getEncoded();
        Files.writeString(
                directory.resolve("sa.key"),
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                        + "\n-----END PRIVATE KEY-----\n");
    }

    private Path writeKubeconfig(String user, String token) {
        try {
            return Files.writeString(
                    directory.resolve(user + ".kubeconfig"), """
                    apiVersion: v1
                    kind: Config
                    current-context: %1$s
                    clusters:
                      - name: %1$s
                        cluster: {server: "%2$s", certificate-authority: %3$s}
                    users:
                      - name: %4$s
                        user: {token: %5$s}
                    contexts:
                      - name: %1$s
                        context: {cluster: %1$s, user: %4$s}
                    """.formatted(name, url(), caFile(), user, token));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean ready() {
        if (!Files.exists(caFile())) {
            return false;
        }
        try {
            return "ok".equals(admin().raw("/readyz"))
                    && admin().namespaces().withName("default").get() != null;
        } catch (RuntimeException e) {
            return false; // it does not answer yet; the caller asks again, within its limit
        }
    }

    private Path log() {
        return directory.resolve("kube-apiserver.log");
    }

    private String lastOfLog() throws IOException {
        List<String> lines = Files.readAllLines(log());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
