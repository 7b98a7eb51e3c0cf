package io.clustermesh.cli.kube.command;

import io.clustermesh.cli.connect.PeerWait;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.kube.KubeCluster;
import io.clustermesh.cli.kube.KubeOption;
import io.clustermesh.cli.kube.KubeTarget;
import io.clustermesh.cli.kube.connect.Connecting;
import io.clustermesh.cli.kube.connect.Joining;
import io.clustermesh.cli.kube.connect.Members;
import io.clustermesh.cli.kube.connect.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The part of {@code connect} that is for clusters of Kubernetes. */
public final class KubeConnect {

    @Option(names = "--context", paramLabel = "NAME", description = "The kubeconfig's context of the first cluster.")
    private @Nullable String source;

    @Option(
            names = "--destination-context",
            paramLabel = "NAME",
            split = ",",
            description = "Contexts of those that it is connected with.")
    private List<String> destinations = new ArrayList<>();

    @Mixin
    private KubeOption kube = new KubeOption();

    @Option(
            names = {"--mode", "--connection-mode"},
            paramLabel = "MODE",
            defaultValue = "BIDIRECTIONAL",
            description =
                    "unicast: the first reads the others; bidirectional: they read each other; mesh: all read all (default: bidirectional).")
    private Members.Mode mode = Members.Mode.BIDIRECTIONAL;

    @Option(names = "--plan", description = "Show what would change, and change nothing.")
    private boolean plan;

    @Option(
            names = "--export",
            paramLabel = "DIR",
            description = "Write the Secrets as they would be to DIR instead, for GitOps. They hold keys.")
    private @Nullable Path export;

    @Option(
            names = "--token",
            paramLabel = "FILE",
            description = "A join token of the other cluster, or its answer to ours; - is standard input.")
    private @Nullable Path token;

    @Option(
            names = "--answer",
            paramLabel = "FILE",
            description = "With --token: where to write the answer that the other cluster needs.")
    private @Nullable Path answer;

    @Option(
            names = "--ca-fingerprint",
            paramLabel = "SHA256",
            description = "With --token: the fingerprint that the other cluster's CA must have.")
    private @Nullable String fingerprint;

    /** Refuses options that mean nothing for homes on this machine. */
    public void refuseIfUsed() {
        if (source != null || !destinations.isEmpty() || plan || export != null || token != null) {
            throw new IllegalArgumentException(
                    "clusters are named by their homes or by contexts, and options of contexts go with the latter");
        }
    }

    /** Connects; waits for at most {@code wait} until everybody has the others' state. @return the exit code */
    public int connect(Context context, Optional<Duration> wait) throws InterruptedException {
        if (source == null && destinations.isEmpty() && token == null) {
            throw new IllegalArgumentException(
                    "connect what? Name two clusters with homes here, or --context and --destination-context");
        }
        KubeTarget first = kube.target(Optional.ofNullable(source));
        return token == null ? contexts(context, first, wait) : join(context, first, token);
    }

    private int contexts(Context context, KubeTarget first, Optional<Duration> wait) throws InterruptedException {
        if (destinations.isEmpty()) {
            throw new IllegalArgumentException("--destination-context is missing: connect with whom?");
        }
        List<KubeTarget> targets = new ArrayList<>(List.of(first));
        destinations.forEach(name -> targets.add(kube.target(Optional.of(name))));
        Console console = context.console();
        try (Members members = Members.open(targets, context.clock())) {
            List<Connecting.Pair> pairs = members.pairs(mode);
            Plan wanted = new Connecting(context.clock()).connect(pairs);
            if (plan || export != null) {
                return showOrExport(console, wanted);
            }
            boolean changed = wanted.apply();
            console.progress(changed ? "the clusters know each other" : "everything is so already");
            if (wait.isPresent()) {
                await(context, targets, pairs, wait.get());
            }
            for (Connecting.Pair pair : pairs) {
                console.result("%s reads %s"
                        .formatted(pair.reader().name(), pair.read().name()));
            }
        }
        return 0;
    }

    private int showOrExport(Console console, Plan wanted) {
        if (export != null) {
            wanted.export(export).forEach(file -> console.result(file.toString()));
            return 0;
        }
        List<String> differences = wanted.differences();
        differences.forEach(console::result);
        console.progress(differences.isEmpty() ? "nothing would change" : "nothing was changed; run it without --plan");
        return 0;
    }

    /** A Cilium can't be asked; its side is left to "cilium clustermesh status". */
    private static void await(Context context, List<KubeTarget> targets, List<Connecting.Pair> pairs, Duration limit)
            throws InterruptedException {
        List<ClusterAccess> clusters = new ArrayList<>();
        try {
            targets.forEach(target -> clusters.add(KubeCluster.open(target)));
            String next = "clustermesh status --wait" + targets.getFirst().options();
            new PeerWait(context.clock(), limit, next)
                    .await(
                            clusters.stream()
                                    .filter(it -> pairs.stream()
                                            .anyMatch(
                                                    pair -> pair.reader().name().equals(it.title())))
                                    .toList(),
                            pairs.stream()
                                    .map(pair -> new PeerWait.Direction(
                                            pair.reader().name(), pair.read().name()))
                                    .toList());
        } finally {
            clusters.forEach(ClusterAccess::close);
        }
    }

    private int join(Context context, KubeTarget target, Path file) {
        String text = read(file);
        Console console = context.console();
        try (Members members = Members.open(List.of(target), context.clock())) {
            Joining joining = new Joining(members.all().getFirst(), context.clock());
            Joining.Joined joined = joining.join(text, Optional.ofNullable(fingerprint), plan);
            joined.differences().forEach(console::result);
            if (plan) {
                console.progress("nothing was changed, and the token is as good as before");
                return 0;
            }
            joined.answer().ifPresent(it -> {
                if (answer == null) {
                    console.result(it);
                } else {
                    TokenFiles.write(answer, it);
                    console.result("the answer is in " + answer);
                }
                console.progress(
                        "next:  give the answer to the other side, which runs: clustermesh connect --context THEIRS --token "
                                + (answer == null ? "FILE" : answer.getFileName()));
            });
            if (joined.answer().isEmpty()) {
                console.result("%s and %s are connected"
                        .formatted(members.all().getFirst().name(), joined.peer()));
            }
        }
        return 0;
    }

    private static String read(Path file) {
        try {
            return file.toString().equals("-")
                    ? new String(
                            System.in.readNBytes(TokenFiles.LARGEST_BYTES), java.nio.charset.StandardCharsets.UTF_8)
                    : Files.readString(file);
        } catch (IOException e) {
            throw new CommandFailed("token %s can't be read: %s".formatted(file, e), "name the file with --token", e);
        }
    }
}
