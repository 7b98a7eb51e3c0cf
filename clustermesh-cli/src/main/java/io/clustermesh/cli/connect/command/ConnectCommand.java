package io.clustermesh.cli.connect.command;

import io.clustermesh.cli.connect.Connector;
import io.clustermesh.cli.connect.PeerWait;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.Homes;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
    private ClusterPair pair = new ClusterPair();

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
        Homes homes = pair.homes(context);
        new Connector(homes, context.clock()).connect(pair.one(), pair.other());
        context.console()
                .progress("%s and %s trust each other and know where the other is".formatted(pair.one(), pair.other()));
        if (!noWait) {
            new PeerWait(context.clock(), Duration.ofSeconds(waitSeconds)).await(homes, pair.one(), pair.other());
        }
        context.console().result("%s and %s are connected".formatted(pair.one(), pair.other()));
        return 0;
    }
}
