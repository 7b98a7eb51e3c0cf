package io.clustermesh.cli.kube.command;

import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.install.Uninstaller;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code disable}. */
@Command(
        name = "disable",
        aliases = "uninstall",
        description = {
            "Removes exactly what \"enable\" made in a cluster of Kubernetes.",
            "Refused while there are peers, unless with --force."
        },
        footer = {"", "Example:  clustermesh disable --context kind-west"})
public final class DisableCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private ContextsOption contexts = new ContextsOption();

    @Option(names = "--force", description = "Although there are peers; they must disconnect themselves.")
    private boolean force;

    public DisableCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        try (KubeSite site = KubeSite.open(contexts.one())) {
            List<String> deleted = new Uninstaller(site).uninstall(force);
            deleted.forEach(object -> context.console().progress("deleted " + object));
            context.console()
                    .result("ClusterMesh is gone from %s: %d objects deleted"
                            .formatted(site.target().title(), deleted.size()));
        }
        return 0;
    }
}
