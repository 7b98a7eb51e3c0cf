package io.clustermesh.cli;

import io.clustermesh.cli.console.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: a script that makes a shell complete commands and options. */
@Command(
        name = "completion",
        description = "Prints the script by which a shell completes commands and options.",
        footer = {
            "",
            "Examples:  source <(clustermesh completion bash)                    # zsh: the same with zsh",
            "           clustermesh completion fish > ~/.config/fish/completions/clustermesh.fish"
        })
final class CompletionCommand implements Callable<Integer> {

    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "bash|zsh|fish", description = "Which shell.")
    private Shell shell = Shell.BASH;

    /** The shells. */
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    CompletionCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        context.console()
                .result(
                        switch (shell) {
                            // picocli's script turns bash's way of completing on in zsh by itself
                            case BASH, ZSH -> AutoComplete.bash(root.getCommandName(), root);
                            case FISH -> fish(root);
                        });
        return 0;
    }

    private static String fish(CommandLine root) {
        List<String> lines = new ArrayList<>(List.of("complete -c clustermesh -f"));
        add(root, List.of(), lines);
        return String.join("\n", lines);
    }

    /** A command is offered where those above it are on the line and none beside it is. */
    private static void add(CommandLine command, List<String> path, List<String> lines) {
        // a command with an alias is there twice
        Map<String, CommandLine> below = new LinkedHashMap<>();
        for (CommandLine sub : command.getSubcommands().values()) {
            if (!sub.getCommandSpec().usageMessage().hidden()) {
                below.put(sub.getCommandName(), sub);
            }
        }
        String here = path.isEmpty()
                ? "__fish_use_subcommand"
                : path.stream()
                                .map("__fish_seen_subcommand_from %s"::formatted)
                                .reduce((a, b) -> a + "; and " + b)
                                .orElse("")
                        + (below.isEmpty()
                                ? ""
                                : "; and not __fish_seen_subcommand_from " + String.join(" ", below.keySet()));
        below.forEach((name, sub) ->
                lines.add("complete -c clustermesh -n '%s' -a %s -d '%s'".formatted(here, name, first(sub))));
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.hidden() && !path.isEmpty()) {
                lines.add("complete -c clustermesh -n '%s' %s -d '%s'"
                        .formatted(here, names(option), quoted(String.join(" ", option.description()))));
            }
        }
        below.forEach((name, sub) -> {
            List<String> deeper = new ArrayList<>(path);
            deeper.add(name);
            add(sub, deeper, lines);
        });
    }

    private static String names(OptionSpec option) {
        List<String> words = new ArrayList<>();
        for (String name : option.names()) {
            words.add(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            words.add("-r");
        }
        if (option.type().isEnum()) {
            List<String> values = new ArrayList<>();
            for (Object value : option.type().getEnumConstants()) {
                values.add(value.toString().toLowerCase(Locale.ROOT));
            }
            words.add("-a '" + String.join(" ", values) + "'");
        }
        return String.join(" ", words);
    }

    private static String first(CommandLine command) {
        String[] description = command.getCommandSpec().usageMessage().description();
        return description.length == 0 ? "" : quoted(description[0]);
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("'", "\\'").replace("%n", " ");
    }
}
