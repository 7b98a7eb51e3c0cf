package io.clustermesh.cli.connect.command;

import io.clustermesh.cli.connect.Connector;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.HomeOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

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
    private HomeOption home = new HomeOption();

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "One of the two.")
    private String one = "";

    @Parameters(index = "1", paramLabel = "CLUSTER", description = "The other.")
    private String other = "";

    public DisconnectCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!new Connector(home.homes(context), context.clock()).disconnect(one, other)) {
            throw new CommandFailed("%s and %s are not connected".formatted(one, other), "clustermesh status");
        }
        context.console().result("%s and %s are parted".formatted(one, other));
        return 0;
    }
}
