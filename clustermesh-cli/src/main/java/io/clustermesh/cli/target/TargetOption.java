package io.clustermesh.cli.target;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.home.HomeOption;
import io.clustermesh.cli.kube.KubeCluster;
import io.clustermesh.cli.kube.KubeOption;
import io.clustermesh.cli.kube.KubeTarget;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which clusters a command looks at: contexts if one is named, or a kubeconfig; else homes on this machine. */
public final class TargetOption {

    @Mixin
    private HomeOption home = new HomeOption();

    @Option(
            names = "--context",
            paramLabel = "NAME",
            split = ",",
            description = "Kubernetes contexts to look at, instead of homes on this machine.")
    private List<String> contexts = new ArrayList<>();

    @Mixin
    private KubeOption kube = new KubeOption();

    /** Whether they are clusters of Kubernetes. */
    public boolean isKubernetes() {
        return !contexts.isEmpty() || kube.isNamed();
    }

    /** Opens them. A cluster of Kubernetes that can't be reached is there too, and says so when it is asked. */
    public Targets open(Context context) {
        if (!isKubernetes()) {
            return new Targets(List.copyOf(home.homes(context).homes()));
        }
        List<KubeTarget> wanted = kube.targets(contexts);
        if (wanted.size() > 1 && wanted.getFirst().adminEndpoint().isPresent()) {
            throw new CommandFailed(
                    "--admin-endpoint stands for one cluster, and %d contexts are named".formatted(wanted.size()),
                    "name one --context, or leave --admin-endpoint out");
        }
        List<ClusterAccess> opened = new ArrayList<>();
        try {
            wanted.forEach(target -> opened.add(KubeCluster.open(target)));
            return new Targets(opened);
        } catch (RuntimeException e) {
            opened.forEach(ClusterAccess::close);
            throw e;
        }
    }
}
