package io.clustermesh.cli.kube.command;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.DurationConverter;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.kube.connect.Joining;
import io.clustermesh.cli.kube.connect.Members;
import io.clustermesh.model.ClusterName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code token}. */
@Command(
        name = "token",
        synopsisSubcommandLabel = "COMMAND",
        description = "Join tokens: connecting two clusters though nobody has both kubeconfigs.")
public final class TokenCommand implements Runnable {

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    private TokenCommand() {}

    /** The group with its commands in it. */
    public static CommandLine create(Context context) {
        return new CommandLine(new TokenCommand())
                .addSubcommand(new Create(context))
                .addSubcommand(new Show(context))
                .addSubcommand(new Revoke(context));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "token does what? Name a command");
    }

    private static int with(Context context, ContextsOption contexts, ToIntFunction<Joining> action) {
        try (Members members = Members.open(List.of(contexts.one()), context.clock())) {
            return action.applyAsInt(new Joining(members.all().getFirst(), context.clock()));
        }
    }

    @Command(
            name = "create",
            description = {
                "Makes a token for one other cluster: where this one is, its CA, and a key that expires.",
                "Whoever has it can answer once, for that cluster only; pass it on as you would a password."
            },
            footer = {"", "Example:  clustermesh token create --context kind-west --peer east --file offer.txt"})
    private static final class Create implements Callable<Integer> {
        private final Context context;

        @Mixin
        private ContextsOption contexts = new ContextsOption();

        @Option(names = "--peer", required = true, paramLabel = "CLUSTER", description = "Name of the other cluster.")
        private String peer = "";

        @Option(
                names = "--valid-for",
                paramLabel = "TIME",
                defaultValue = "1h",
                converter = DurationConverter.class,
                description = "How long, 1m to 7d (default: ${DEFAULT-VALUE}).")
        private Duration validity = Duration.ofHours(1);

        @Option(names = "--file", paramLabel = "FILE", description = "Where to write it (default: standard output).")
        private @Nullable Path file;

        Create(Context context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            if (validity.compareTo(Duration.ofMinutes(1)) < 0 || validity.compareTo(Duration.ofDays(7)) > 0) {
                throw new IllegalArgumentException("--valid-for is from 1m to 7d");
            }
            return with(context, contexts, joining -> {
                String text = joining.offer(new ClusterName(peer), validity);
                if (file == null) {
                    context.console().result(text);
                } else {
                    TokenFiles.write(file, text);
                    context.console().result("the token is in " + file);
                }
                context.console()
                        .progress("next:  in cluster %s: clustermesh connect --token FILE --answer ANSWER"
                                .formatted(peer));
                return 0;
            });
        }
    }

    @Command(name = "list", description = "Tokens that were made or used in this cluster.")
    private static final class Show implements Callable<Integer> {
        private final Context context;

        @Mixin
        private ContextsOption contexts = new ContextsOption();

        Show(Context context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return with(context, contexts, joining -> {
                Table table = new Table("TOKEN", "STATE", "PEER", "EXPIRES");
                joining.known().forEach(token -> table.row(token.id(), token.state(), token.peer(), token.expires()));
                table.lines().forEach(context.console()::result);
                return 0;
            });
        }
    }

    @Command(name = "revoke", description = "Makes a token worthless before its time.")
    private static final class Revoke implements Callable<Integer> {
        private final Context context;

        @Mixin
        private ContextsOption contexts = new ContextsOption();

        @Parameters(paramLabel = "TOKEN", description = "Its id, of \"token list\".")
        private String id = "";

        Revoke(Context context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return with(context, contexts, joining -> {
                if (!joining.revoke(id)) {
                    throw new CommandFailed("there is no token \"%s\"".formatted(id), "clustermesh token list");
                }
                context.console().result("token %s is worth nothing any more".formatted(id));
                return 0;
            });
        }
    }
}
