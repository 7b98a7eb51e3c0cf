package io.clustermesh.cli.kube.command;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.kube.KubeOption;
import io.clustermesh.cli.kube.KubeTarget;
import io.clustermesh.cli.kube.connect.Connecting;
import io.clustermesh.cli.kube.connect.Member;
import io.clustermesh.cli.kube.connect.Members;
import io.clustermesh.cli.kube.connect.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The part of {@code disconnect} that is for clusters of Kubernetes. */
public final class KubeDisconnect {

    @Option(names = "--context", paramLabel = "NAME", description = "The kubeconfig's context of the cluster.")
    private @Nullable String source;

    @Option(
            names = "--destination-context",
            paramLabel = "NAME",
            split = ",",
            description = "Contexts of those that it is parted from; each forgets the other.")
    private List<String> destinations = new ArrayList<>();

    @Option(
            names = "--peer",
            paramLabel = "CLUSTER",
            split = ",",
            description = "Names of peers to forget here only, for example those that are dead.")
    private List<String> peers = new ArrayList<>();

    @Mixin
    private KubeOption kube = new KubeOption();

    @Option(names = "--plan", description = "Show what would change, and change nothing.")
    private boolean plan;

    /** Refuses options that mean nothing for homes on this machine. */
    public void refuseIfUsed() {
        if (source != null || !destinations.isEmpty() || !peers.isEmpty() || plan) {
            throw new IllegalArgumentException(
                    "clusters are named by their homes or by contexts, and options of contexts go with the latter");
        }
    }

    /**
     * Parts them. A cluster that can't be reached must be named with --peer, and learns of it when it is there again: its
     * certificate is not accepted any more.
     *
     * @return the exit code
     */
    public int disconnect(Context context) {
        if (destinations.isEmpty() && peers.isEmpty()) {
            throw new IllegalArgumentException("disconnect from whom? Name --destination-context or --peer");
        }
        Console console = context.console();
        Connecting connecting = new Connecting(context.clock());
        KubeTarget first = kube.target(Optional.ofNullable(source));
        try (Members here = Members.open(List.of(first), context.clock())) {
            Member own = here.all().getFirst();
            TreeSet<String> forgotten = new TreeSet<>(peers);
            List<Plan> plans = new ArrayList<>();
            try (Others others = Others.open(this, context, own)) {
                for (Member other : others.reached) {
                    forgotten.add(other.name());
                    plans.add(connecting.disconnect(other, own.name()));
                }
                forgotten.forEach(name -> plans.add(connecting.disconnect(own, name)));
                return plan ? show(console, plans) : apply(console, own, forgotten, plans);
            }
        }
    }

    private static int show(Console console, List<Plan> plans) {
        plans.forEach(one -> one.differences().forEach(console::result));
        console.progress("nothing was changed; run it without --plan");
        return 0;
    }

    private static int apply(Console console, Member own, Set<String> forgotten, List<Plan> plans) {
        boolean any = false;
        for (Plan one : plans) {
            any |= one.apply();
        }
        if (!any) {
            throw new CommandFailed(
                    "%s has no peer %s".formatted(own.name(), String.join(", ", forgotten)),
                    "clustermesh status" + own.site().target().options());
        }
        console.result("%s and %s are parted".formatted(own.name(), String.join(", ", forgotten)));
        return 0;
    }

    /** The other sides that answer. One that does not may do so if its name is given as well. */
    private record Others(List<Member> reached) implements AutoCloseable {

        static Others open(KubeDisconnect options, Context context, Member own) {
            List<Member> reached = new ArrayList<>();
            for (String name : options.destinations) {
                KubeTarget target = options.kube.target(Optional.of(name));
                try {
                    reached.addAll(
                            Members.open(List.of(target), context.clock()).all());
                } catch (CommandFailed e) {
                    if (options.peers.isEmpty()) {
                        reached.forEach(Member::close);
                        throw new CommandFailed(
                                String.valueOf(e.getMessage()),
                                "if that cluster is dead, name it: clustermesh disconnect%s --peer NAME"
                                        .formatted(own.site().target().options()),
                                e);
                    }
                    context.console().progress("warning: %s; it is forgotten here only".formatted(e.getMessage()));
                }
            }
            return new Others(List.copyOf(reached));
        }

        @Override
        public void close() {
            reached.forEach(Member::close);
        }
    }
}
