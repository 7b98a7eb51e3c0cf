package io.clustermesh.apiserver.source;

import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A folder of ordinary Kubernetes manifests as a source: {@code *.yaml}, {@code *.yml} and {@code *.json}, watched.
 *
 * <p>A change is told a few milliseconds after the last byte was written. Writers should write a file under another
 * name and rename it, as {@code kubectl}'s mounts do: then no half-written state can ever be seen, and a file that takes
 * another's place is told at once. A file that goes
 * wrong keeps its last good state, and says so in the status. The folder's thread does all the work; the status may be
 * asked for on any thread.
 */
public final class ManifestFolder implements Source {

    private static final Duration QUIET = Duration.ofMillis(3);

    private final Path folder;
    private final Duration quiet;
    private final Clock clock;
    private volatile SourceStatus status;

    /** @param folder the folder; it may appear later */
    public ManifestFolder(Path folder, Clock clock) {
        this(folder, QUIET, clock);
    }

    /** @param quiet how long the folder must be quiet before files are read that may be half written */
    ManifestFolder(Path folder, Duration quiet, Clock clock) {
        this.folder = folder;
        this.quiet = quiet;
        this.clock = clock;
        this.status = new SourceStatus("manifests", folder.toString(), false, 0, Optional.empty(), List.of());
    }

    @Override
    public void start(SourceListener listener, Lifecycle lifecycle) {
        lifecycle.run(new FolderWatch(folder, quiet, clock, listener, now -> status = now));
    }

    @Override
    public SourceStatus status() {
        return status;
    }
}
