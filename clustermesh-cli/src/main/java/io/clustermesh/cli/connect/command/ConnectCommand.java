package io.clustermesh.cli.connect.command;

import io.clustermesh.cli.connect.Connector;
import io.clustermesh.cli.connect.PeerWait;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.HomeOption;
import io.clustermesh.cli.home.Homes;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connect}. */
@Command(
        name = "connect",
        description = {
            "Makes two clusters peers: checks that they fit, exchanges their CAs, tells each where the other is,",
            "and waits until each has the other's state. If they don't fit, nothing is changed."
        },
        footer = {"", "Example:  clustermesh connect west east"})
public final class ConnectCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private HomeOption home = new HomeOption();

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "One of the two.")
    private String one = "";

    @Parameters(index = "1", paramLabel = "CLUSTER", description = "The other.")
    private String other = "";

    @Option(names = "--no-wait", description = "Don't wait until both sides are ready.")
    private boolean noWait;

    @Option(
            names = "--wait-limit",
            paramLabel = "S",
            defaultValue = "60",
            description = "How long to wait, in seconds (default: ${DEFAULT-VALUE}).")
    private int waitSeconds = 60;

    public ConnectCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Homes homes = home.homes(context);
        new Connector(homes, context.clock()).connect(one, other);
        context.console().progress("%s and %s trust each other and know where the other is".formatted(one, other));
        if (!noWait) {
            new PeerWait(context.clock(), Duration.ofSeconds(waitSeconds)).await(homes, one, other);
        }
        context.console().result("%s and %s are connected".formatted(one, other));
        return 0;
    }
}
