package io.clustermesh.cli.connect.command;

import io.clustermesh.cli.connect.Connector;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
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
        footer = {"", "Example:  clustermesh disconnect west east"})
public final class DisconnectCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private ClusterPair pair = new ClusterPair();

    public DisconnectCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!new Connector(pair.homes(context), context.clock()).disconnect(pair.one(), pair.other())) {
            throw new CommandFailed(
                    "%s and %s are not connected".formatted(pair.one(), pair.other()), "clustermesh status");
        }
        context.console().result("%s and %s are parted".formatted(pair.one(), pair.other()));
        return 0;
    }
}
