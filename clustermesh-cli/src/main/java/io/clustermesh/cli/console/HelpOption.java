package io.clustermesh.cli.console;

import picocli.CommandLine.Option;

/** The options that every command has. */
public final class HelpOption {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    private boolean help;

    /** Whether the help text was asked for. */
    public boolean help() {
        return help;
    }
}
