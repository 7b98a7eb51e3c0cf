package io.clustermesh.cli.connect.command;

import io.clustermesh.cli.connect.Connector;
import io.clustermesh.cli.connect.PeerWait;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.DurationConverter;
import io.clustermesh.cli.home.Homes;
import io.clustermesh.cli.kube.command.KubeConnect;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connect}. */
@Command(
        name = "connect",
        description = {
            "Makes two clusters peers: checks that they fit, exchanges their CAs, tells each where the other is,",
            "and waits until each has the other's state. If they don't fit, nothing is changed.",
            "Clusters are homes on this machine, or contexts of Kubernetes; without the other side's kubeconfig, use a token."
        },
        footer = {
            "",
            "Examples:  clustermesh connect west east",
            "           clustermesh connect --context kind-west --destination-context kind-east --plan",
            "           clustermesh connect --context kind-east --token offer.txt --answer answer.txt"
        })
public final class ConnectCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private ClusterPair pair = new ClusterPair();

    @Mixin
    private KubeConnect kube = new KubeConnect();

    @Option(names = "--no-wait", description = "Don't wait until both sides are ready.")
    private boolean noWait;

    @Option(
            names = {"--wait-duration", "--wait-limit"},
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "How long to wait (default: ${DEFAULT-VALUE}).")
    private Duration waitLimit = Duration.ofSeconds(60);

    public ConnectCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (pair.isEmpty()) {
            return kube.connect(context, noWait ? Optional.empty() : Optional.of(waitLimit));
        }
        kube.refuseIfUsed();
        Homes homes = pair.homes(context);
        new Connector(homes, context.clock()).connect(pair.one(), pair.other());
        context.console()
                .progress("%s and %s trust each other and know where the other is".formatted(pair.one(), pair.other()));
        if (!noWait) {
            new PeerWait(context.clock(), waitLimit, "clustermesh status")
                    .await(homes.homes(), pair.one(), pair.other());
        }
        context.console().result("%s and %s are connected".formatted(pair.one(), pair.other()));
        return 0;
    }
}
