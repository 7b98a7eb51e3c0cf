package io.clustermesh.apiserver.source;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import io.clustermesh.apiserver.source.ManifestParser.Outcome;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder's agent: waits for inotify, lets a burst of writes settle (a file that was replaced by rename is complete
 * and needs none), reads what changed, tells the listener. Looks
 * at everything again now and then, in case an event was lost.
 */
final class FolderWatch implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

    private static final Duration RESCAN = Duration.ofSeconds(5);
    /** How long a stream of events may hold back the reading. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(15);
    /** A file that became empty is most likely being written; it is believed after this long. */
    private static final Duration EMPTY_DOUBT = Duration.ofMillis(100);

    private final Path folder;
    private final Duration quiet;
    private final Clock clock;
    private final SourceListener listener;
    private final Consumer<SourceStatus> publishStatus;
    private final ManifestParser parser = new ManifestParser();
    private final FolderState state = new FolderState();
    private final Map<String, FileStamp> known = new TreeMap<>();
    private final Map<String, Long> emptySinceNanos = new TreeMap<>();
    private final List<SourceError> folderErrors = new ArrayList<>();
    private Set<SourceError> reported = Set.of();
    private Optional<Instant> lastChange = Optional.empty();
    private boolean synced;
    private boolean overflowed;
    private @Nullable WatchService watcher;
    private @Nullable WatchKey key;

    /** @param quiet how long no event must come before files are read that may not be complete */
    FolderWatch(
            Path folder, Duration quiet, Clock clock, SourceListener listener, Consumer<SourceStatus> publishStatus) {
        this.folder = folder;
        this.quiet = quiet;
        this.clock = clock;
        this.listener = listener;
        this.publishStatus = publishStatus;
    }

    @Override
    public String roleName() {
        return "manifest-folder";
    }

    @Override
    public void doWork() throws InterruptedException {
        try {
            WatchService service = watcher;
            if (service == null || key == null || !key.isValid()) {
                // the watch stands before the first look, so that nothing falls between them
                service = register();
                look(Set.of());
            }
            look(await(service));
        } catch (IOException | UncheckedIOException e) {
            unreadable(e);
        }
    }

    @Override
    public void onClose() {
        closeWatcher();
    }

    private WatchService register() throws IOException {
        closeWatcher();
        WatchService service = folder.getFileSystem().newWatchService();
        watcher = service;
        key = folder.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
        folderErrors.clear();
        return service;
    }

    /** The manifests that events named, once the folder is quiet; none after {@link #RESCAN} without any. */
    private Set<String> await(WatchService service) throws IOException, InterruptedException {
        Set<String> named = new HashSet<>();
        long now = clock.monotonicNanos();
        Duration idle = emptySinceNanos.isEmpty() ? RESCAN : EMPTY_DOUBT;
        WatchKey ready = service.poll(idle.toNanos(), TimeUnit.NANOSECONDS);
        long until = now + idle.toNanos();
        while (ready != null) {
            boolean whole = absorb(ready.pollEvents(), named);
            ready.reset();
            now = clock.monotonicNanos();
            if (named.isEmpty() && !overflowed) {
                ready = service.poll(until - now, TimeUnit.NANOSECONDS); // other files are none of our business
                continue;
            }
            until = Math.min(until, now + LONGEST_WAIT.toNanos());
            if (whole || now >= until) {
                break;
            }
            ready = service.poll(quiet.toNanos(), TimeUnit.NANOSECONDS);
        }
        return named;
    }

    /** Adds the manifests that {@code changes} name; whether all of them are complete. */
    private boolean absorb(List<WatchEvent<?>> changes, Set<String> named) throws IOException {
        boolean whole = true;
        for (WatchEvent<?> event : changes) {
            if (!(event.context() instanceof Path path)) {
                overflowed = true;
                whole = false;
            } else if (FileStamp.isManifest(path.toString())) {
                whole &= named.add(path.toString()) && replaced(path.toString(), event);
            }
        }
        return whole;
    }

    /**
     * Whether a complete file took the place of another, by rename: a file that is written in place keeps its inode,
     * and one that was deleted first has events of that. Such a file needs no waiting.
     */
    private boolean replaced(String name, WatchEvent<?> event) throws IOException {
        FileStamp before = known.get(name);
        return before != null
                && event.kind() == ENTRY_CREATE
                && event.count() == 1
                && FileStamp.of(folder, name)
                        .filter(now -> !now.inode().equals(before.inode()))
                        .isPresent();
    }

    /** Reads every file that an event named, or without any all that look different, and tells what changed. */
    private void look(Set<String> named) throws IOException, InterruptedException {
        Instant seenAt = clock.now();
        boolean all = named.isEmpty() || overflowed || !emptySinceNanos.isEmpty();
        overflowed = false;
        Map<String, FileStamp> present = all ? FileStamp.ofManifests(folder) : FileStamp.ofManifests(folder, named);
        Map<String, Optional<Outcome>> changed = new TreeMap<>();
        for (String name : all ? List.copyOf(known.keySet()) : named) {
            if (known.containsKey(name) && !present.containsKey(name)) {
                changed.put(name, Optional.empty());
                emptySinceNanos.remove(name);
                known.remove(name);
            }
        }
        present.forEach((name, stamp) -> {
            boolean maybeChanged = named.contains(name) || !stamp.equals(known.get(name));
            if ((maybeChanged || emptySinceNanos.containsKey(name)) && !doubtful(name, stamp)) {
                changed.put(name, Optional.of(read(name)));
            }
        });
        known.putAll(present);
        tell(state.apply(changed), seenAt);
    }

    private boolean doubtful(String name, FileStamp stamp) {
        if (stamp.size() > 0 || !state.hasObjects(name)) {
            emptySinceNanos.remove(name);
            return false;
        }
        long now = clock.monotonicNanos();
        long since = emptySinceNanos.computeIfAbsent(name, n -> now);
        if (now - since < EMPTY_DOUBT.toNanos()) {
            return true;
        }
        emptySinceNanos.remove(name);
        return false;
    }

    private Outcome read(String name) {
        try {
            Path file = folder.resolve(name);
            if (Files.size(file) > ManifestParser.MAX_BYTES) {
                return broken(name, "is larger than %d bytes".formatted(ManifestParser.MAX_BYTES), "split it");
            }
            return parser.parse(name, Files.readAllBytes(file));
        } catch (IOException e) {
            return broken(name, "can't be read: " + e, "check that the file exists and may be read");
        }
    }

    private static Outcome broken(String name, String rule, String remedy) {
        return new Outcome.Broken(List.of(new SourceError(name, "", "", rule, remedy)));
    }

    private void tell(List<SourceChange> changes, Instant seenAt) throws InterruptedException {
        if (!changes.isEmpty()) {
            lastChange = Optional.of(seenAt);
            LOG.atDebug().addKeyValue("objects", changes.size()).log("manifests changed");
            listener.onChanges(changes, seenAt);
        }
        if (!synced) {
            synced = true;
            LOG.atInfo()
                    .addKeyValue("folder", folder)
                    .addKeyValue("files", known.size())
                    .addKeyValue("objects", state.objects())
                    .log("manifests read");
            listener.onSynced(EnumSet.allOf(KubeObject.Kind.class));
        }
        report();
    }

    private void report() throws InterruptedException {
        List<SourceError> errors = new ArrayList<>(folderErrors);
        errors.addAll(state.errors());
        publishStatus.accept(
                new SourceStatus("manifests", folder.toString(), synced, state.objects(), lastChange, errors));
        List<SourceError> fresh =
                errors.stream().filter(error -> !reported.contains(error)).toList();
        reported = Set.copyOf(errors);
        if (!fresh.isEmpty()) {
            listener.onErrors(fresh);
        }
    }

    /** What is published stays; the folder may come back. */
    private void unreadable(Exception e) throws InterruptedException {
        closeWatcher();
        folderErrors.clear();
        folderErrors.add(new SourceError(
                folder.toString(),
                "",
                "",
                "the folder can't be watched: " + e,
                "make the folder, readable by this process"));
        report();
        clock.sleep(Duration.ofSeconds(1));
    }

    private void closeWatcher() {
        WatchService service = watcher;
        watcher = null;
        key = null;
        if (service != null) {
            try {
                service.close();
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("watch service did not close");
            }
        }
    }
}
