package io.clustermesh.cli.kube;

import io.clustermesh.certs.LeafName;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.home.Workload;
import io.clustermesh.store.admin.AdminClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A cluster of Kubernetes as {@code status} and the lists see it. Opening asks nothing; what can't be reached is said when
 * it is asked. One admin API answers for all replicas: the Service chooses which.
 */
public final class KubeCluster implements ClusterAccess {

    private static final String PROCESS = "mesh-apiserver";

    /** What stands before the name of a node-sync's pod where it is called a process. */
    private static final String POD = "pod/";

    private final KubeSite site;
    private final Object lock = new Object();
    private Optional<Line> line = Optional.empty();
    private Optional<String> name = Optional.empty();

    /** An open way to the admin API. */
    private record Line(AdminOverTls tls, String address, Optional<LocalPortForward> forward) {

        void close() {
            tls.close();
            forward.ifPresent(it -> {
                try {
                    it.close();
                } catch (IOException e) {
                    // the API server is gone, and the forwarding with it
                }
            });
        }
    }

    /** One call over an open line. */
    @FunctionalInterface
    private interface Call<T> {
        T over(AdminOverTls tls, String address) throws IOException;
    }

    private KubeCluster(KubeSite site) {
        this.site = site;
    }

    /** Opens {@code target}; nothing is asked of it yet. */
    public static KubeCluster open(KubeTarget target) {
        return new KubeCluster(KubeSite.open(target));
    }

    /** Its objects. */
    public KubeSite site() {
        return site;
    }

    @Override
    public String title() {
        synchronized (lock) {
            if (name.isEmpty()) {
                try {
                    name = site.clusterFile().map(ClusterFile::name).map(Object::toString);
                } catch (CommandFailed e) {
                    return site.target().title();
                }
            }
            return name.orElseGet(() -> site.target().title());
        }
    }

    @Override
    public List<String> processes() {
        return List.of(PROCESS);
    }

    @Override
    public List<String> apiservers() {
        return List.of(PROCESS);
    }

    @Override
    public Map<String, String> nodeSyncs() {
        Map<String, String> found = new TreeMap<>();
        new NodeSyncPods(site).byNode().forEach((node, pod) -> found.put(node, POD + pod));
        return found;
    }

    @Override
    public List<String> peers() {
        return site.secret(Names.PEERS).map(ConnectionFiles::peers).orElse(List.of()).stream()
                .filter(peer -> !peer.equals(title()))
                .toList();
    }

    @Override
    public List<Workload> workloads() {
        return Workloads.of(site);
    }

    @Override
    public Map<String, String> facts() {
        return Facts.of(site);
    }

    @Override
    public AdminClient.Answer send(String process, String method, String pathAndQuery) {
        if (process.startsWith(POD)) {
            if (!method.equals("GET")) {
                throw new IllegalArgumentException("node-syncs of Kubernetes are only read: " + method);
            }
            return new NodeSyncPods(site).get(process.substring(POD.length()), pathAndQuery);
        }
        return call((tls, address) -> tls.send(address, method, pathAndQuery));
    }

    @Override
    public String follow(String process, String path, String after, Consumer<AdminClient.StreamedEvent> consumer) {
        return call((tls, address) -> tls.follow(address, path, after, consumer));
    }

    /** A line that broke is closed, and a new one is looked for the next time. */
    private <T> T call(Call<T> call) {
        Line open = line();
        try {
            return call.over(open.tls(), open.address());
        } catch (IOException e) {
            synchronized (lock) {
                if (line.filter(open::equals).isPresent()) {
                    line = Optional.empty();
                    open.close();
                }
            }
            throw new AdminClient.Unreachable(
                    "%s does not answer at %s (%s)".formatted(Names.APISERVER, open.address(), AdminError.text(e)), e);
        }
    }

    private Line line() {
        synchronized (lock) {
            if (line.isEmpty()) {
                try {
                    line = Optional.of(dial());
                } catch (CommandFailed e) {
                    throw new AdminClient.Unreachable(String.valueOf(e.getMessage()), e);
                }
            }
            return line.get();
        }
    }

    /** Tries every address; the first that answers is kept. */
    private Line dial() {
        ClusterFile file = site.requireClusterFile();
        SecretState certificate = site.secret(Names.ADMIN_CERT)
                .orElseThrow(() -> new CommandFailed(
                        "%s has no Secret %s".formatted(site.target().title(), Names.ADMIN_CERT),
                        "clustermesh enable" + site.target().options()));
        AdminOverTls tls = AdminOverTls.with(certificate, LeafName.SERVER.commonName(file.name()));
        List<String> failures = new ArrayList<>();
        List<String> addresses =
                site.target().adminEndpoint().map(List::of).orElseGet(() -> Addresses.of(site, Names.ADMIN_PORT));
        for (String address : addresses) {
            Optional<String> failure = failure(tls, address);
            if (failure.isEmpty()) {
                return new Line(tls, address, Optional.empty());
            }
            failures.add(address + ": " + failure.get());
        }
        if (site.target().adminEndpoint().isEmpty()) {
            Optional<LocalPortForward> forward = forward(failures);
            if (forward.isPresent()) {
                return new Line(tls, "127.0.0.1:" + forward.get().getLocalPort(), forward);
            }
        }
        tls.close();
        throw new CommandFailed(
                "%s of %s can't be reached (%s)"
                        .formatted(
                                Names.APISERVER,
                                file.name(),
                                failures.isEmpty() ? "its Service has no address yet" : String.join("; ", failures)),
                "kubectl -n %s get service,pods".formatted(site.namespace()));
    }

    private static Optional<String> failure(AdminOverTls tls, String address) {
        try {
            tls.send(address, "GET", "/livez");
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(AdminError.text(e));
        }
    }

    /** A local port that the API server forwards to a running pod. */
    private Optional<LocalPortForward> forward(List<String> failures) {
        try {
            Optional<String> pod = site.runningPods(Names.APISERVER).stream()
                    .map(it -> it.getMetadata().getName())
                    .findFirst();
            return pod.map(name -> site.ask(
                    "forward a port to pod " + name,
                    kube -> kube.pods()
                            .inNamespace(site.namespace())
                            .withName(name)
                            .portForward(Names.ADMIN_PORT)));
        } catch (CommandFailed e) {
            failures.add(String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        synchronized (lock) {
            line.ifPresent(Line::close);
            line = Optional.empty();
        }
        site.close();
    }
}
