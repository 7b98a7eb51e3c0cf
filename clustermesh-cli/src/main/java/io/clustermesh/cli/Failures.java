package io.clustermesh.cli;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Console;
import io.clustermesh.store.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** From a fault to what the user reads and the exit code. */
final class Failures implements IExecutionExceptionHandler {

    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final Console console;

    Failures(Console console) {
        this.console = console;
    }

    @Override
    public int handleExecutionException(Exception fault, CommandLine commandLine, ParseResult parsed) {
        if (System.getenv("CLUSTERMESH_DEBUG") != null) {
            fault.printStackTrace(console.err());
        }
        return switch (fault) {
            case CommandFailed failed -> {
                say("error", String.valueOf(failed.getMessage()));
                say("next", failed.next());
                yield FAILED;
            }
            case ConfigException mistakes -> {
                say("error", String.valueOf(mistakes.getMessage()));
                yield FAILED;
            }
            case IllegalArgumentException wrong -> {
                say("error", String.valueOf(wrong.getMessage()));
                say("next", commandLine.getCommandSpec().qualifiedName() + " --help");
                yield USAGE;
            }
            default -> {
                say("error", fault.getMessage() == null ? fault.toString() : fault.getMessage() + cause(fault));
                say("next", "the same with CLUSTERMESH_DEBUG=1 shows where it happened");
                yield FAILED;
            }
        };
    }

    private static String cause(Throwable fault) {
        Throwable cause = fault.getCause();
        return cause == null ? "" : ": " + cause;
    }

    private void say(String label, String text) {
        String head = console.paint(label.equals("error") ? Console.Colour.RED : Console.Colour.BOLD, label + ":");
        String indent = "\n" + " ".repeat(label.length() + 2);
        console.progress(head + " " + text.strip().replace("\n", indent));
    }
}
