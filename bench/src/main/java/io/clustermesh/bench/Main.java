package io.clustermesh.bench;

import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.cli.rig.linux.CommandException;
import picocli.CommandLine;

/** Where the process starts. */
public final class Main {

    private Main() {}

    /** Runs the benches named; ends with 0, 1 if one can't be run, 2 for wrong usage. A missed goal is no failure. */
    public static void main(String[] arguments) {
        if (System.getProperty("clustermesh.log.level") == null) {
            System.setProperty("clustermesh.log.level", "WARN");
        }
        System.exit(new CommandLine(new BenchCommand())
                .setExecutionExceptionHandler((fault, line, result) -> {
                    if (!(fault instanceof BenchFailed || fault instanceof CommandException)) {
                        throw fault;
                    }
                    System.err.println("bench: " + fault.getMessage());
                    return 1;
                })
                .execute(arguments));
    }
}
