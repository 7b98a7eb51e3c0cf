package io.clustermesh.cli;

import io.clustermesh.cli.console.Context;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code version}. */
@Command(name = "version", description = "Which ClusterMesh this is, and on which Java it runs.")
final class VersionCommand implements Callable<Integer> {

    private final Context context;

    VersionCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        context.console()
                .result("clustermesh %s, Java %s, %s"
                        .formatted(
                                version == null ? "development" : version,
                                Runtime.version(),
                                System.getProperty("os.name") + " " + System.getProperty("os.version")));
        return 0;
    }
}
