package io.clustermesh.cli.home;

import io.clustermesh.cli.console.Context;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which clusters a command can see. */
public final class HomeOption {

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Folder with the clusters' homes (default: those of the rig that is up).")
    private @Nullable Path directory;

    /** The clusters there. */
    public Homes homes(Context context) {
        return Homes.find(Optional.ofNullable(directory), context.rigs());
    }
}
