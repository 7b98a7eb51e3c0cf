package io.clustermesh.cli.kube.command;

import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.DurationConverter;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.KubeTarget;
import io.clustermesh.cli.kube.install.Installer;
import io.clustermesh.cli.kube.install.Wishes;
import io.clustermesh.cli.kube.manifests.ChartRenderer;
import io.clustermesh.model.Cidr;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code enable}. */
@Command(
        name = "enable",
        aliases = "install",
        description = {
            "Installs ClusterMesh in a cluster of Kubernetes, or brings what is there up to date: certificates,",
            "mesh-apiserver, etcd, identity-allocator, and node-sync on every node. May be run again at any time."
        },
        footer = {"", "Example:  clustermesh enable --context kind-west --cluster-name west --cluster-id 1"})
public final class EnableCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private ContextsOption contexts = new ContextsOption();

    @Mixin
    private ValueOptions values = new ValueOptions();

    @Option(names = "--cluster-name", paramLabel = "NAME", description = "The cluster's name, unique in the mesh.")
    private @Nullable String name;

    @Option(names = "--cluster-id", paramLabel = "ID", description = "Its id, unique in the mesh.")
    private @Nullable Integer id;

    @Option(names = "--mesh-size", paramLabel = "N", description = "Clusters that the mesh may have, 255 or 511.")
    private @Nullable Integer meshSize;

    @Option(
            names = "--pod-cidr",
            paramLabel = "CIDR",
            split = ",",
            description = "The pods' address blocks (default: what kubeadm's or Cilium's settings say).")
    private List<String> pods = new ArrayList<>();

    @Option(
            names = "--service-cidr",
            paramLabel = "CIDR",
            split = ",",
            description = "The services' address blocks (default: what the API server says).")
    private List<String> services = new ArrayList<>();

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "What peers connect to, https://host:port (default: the Service's address).")
    private @Nullable URI endpoint;

    @Option(
            names = "--address-wait",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "How long to wait for the Service's address (default: ${DEFAULT-VALUE}).")
    private Duration addressWait = Duration.ofSeconds(60);

    @Option(
            names = "--secrets-only",
            description = "Only certificates and empty Secrets for peers; Helm installs the rest.")
    private boolean secretsOnly;

    public EnableCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        KubeTarget target = contexts.one();
        Wishes wishes = new Wishes(
                new Wishes.Identity(
                        Optional.ofNullable(name),
                        Optional.ofNullable(id),
                        Optional.ofNullable(meshSize),
                        pods.stream().map(Cidr::parse).toList(),
                        services.stream().map(Cidr::parse).toList()),
                Optional.ofNullable(endpoint),
                addressWait,
                values.read(),
                secretsOnly);
        try (KubeSite site = KubeSite.open(target)) {
            ClusterFile file =
                    new Installer(site, ChartRenderer.packed(), context.console(), context.clock()).install(wishes);
            context.console()
                    .result("%s (id %s) is enabled; peers connect to %s"
                            .formatted(file.name(), file.id(), file.endpoint()));
            context.console().progress("next:  clustermesh status --wait" + target.options());
        }
        return 0;
    }
}
