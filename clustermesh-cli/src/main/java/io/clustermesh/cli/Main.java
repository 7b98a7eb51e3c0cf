package io.clustermesh.cli;

import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.rig.RigFiles;
import io.clustermesh.store.runtime.Clock;
import java.nio.file.Path;
import java.util.Optional;

/** Where the process starts. */
public final class Main {

    private Main() {}

    /** Runs the command in {@code arguments} and ends with its exit code: 0, 1 for a failure, 2 for wrong usage. */
    public static void main(String[] arguments) {
        boolean server = arguments.length > 0 && arguments[0].equals("run");
        if (System.getProperty("clustermesh.log.level") == null) {
            System.setProperty("clustermesh.log.level", server ? "INFO" : "WARN");
        }
        Path rigs = Optional.ofNullable(System.getenv("CLUSTERMESH_RIGS"))
                .map(Path::of)
                .orElseGet(RigFiles::base);
        Context context = new Context(Console.ofProcess(System.getenv()), Clock.system(), rigs);
        System.exit(ClusterMesh.run(context, arguments));
    }
}
