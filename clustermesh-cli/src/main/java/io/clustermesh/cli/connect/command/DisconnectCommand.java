package io.clustermesh.cli.connect.command;

import io.clustermesh.cli.connect.Connector;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.kube.command.KubeDisconnect;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code disconnect}. */
@Command(
        name = "disconnect",
        description = {
            "Parts two clusters: each forgets where the other is and trusts it no longer.",
            "Works also when one of them is down."
        },
        footer = {
            "",
            "Examples:  clustermesh disconnect west east",
            "           clustermesh disconnect --context kind-west --destination-context kind-east",
            "           clustermesh disconnect --context kind-west --peer east"
        })
public final class DisconnectCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private ClusterPair pair = new ClusterPair();

    @Mixin
    private KubeDisconnect kube = new KubeDisconnect();

    public DisconnectCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (pair.isEmpty()) {
            return kube.disconnect(context);
        }
        kube.refuseIfUsed();
        if (!new Connector(pair.homes(context), context.clock()).disconnect(pair.one(), pair.other())) {
            throw new CommandFailed(
                    "%s and %s are not connected".formatted(pair.one(), pair.other()), "clustermesh status");
        }
        context.console().result("%s and %s are parted".formatted(pair.one(), pair.other()));
        return 0;
    }
}
