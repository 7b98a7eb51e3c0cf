package io.clustermesh.apiserver.mirror;

import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.sync.SyncStore;
import java.time.Duration;
import java.util.Optional;

/**
 * Writes a mirror's {@link MirrorRecord}: soon after something changed, else now and then, so that its age tells the
 * other replicas how much it is worth. Owned by the mirror's thread.
 */
final class Recorder {

    private static final Duration SOONEST = Duration.ofSeconds(2);
    private static final Duration LATEST = Duration.ofSeconds(15);

    private final MirrorView view;
    private final SyncStore writer;
    private final Clock clock;
    private Optional<Essence> written = Optional.empty();
    private long writtenNanos;

    /** What a reader wants to know soon; ages and failure counts change all the time. */
    private record Essence(
            MirrorStatus.State state, boolean connected, boolean configured, java.util.List<?> resources) {}

    Recorder(MirrorView view, SyncStore writer, Clock clock) {
        this.view = view;
        this.writer = writer;
        this.clock = clock;
    }

    void record() {
        long now = clock.monotonicNanos();
        Duration since = Duration.ofNanos(now - writtenNanos);
        if (written.isPresent() && since.compareTo(SOONEST) < 0) {
            return;
        }
        MirrorStatus status = view.status();
        Essence essence = new Essence(
                status.state(), status.connection().connected(), status.config().isPresent(), status.resources());
        if (Optional.of(essence).equals(written) && since.compareTo(LATEST) < 0) {
            return;
        }
        written = Optional.of(essence);
        writtenNanos = now;
        writer.upsert(MirrorRecord.key(status.cluster()), new MirrorRecord(clock.now(), status).encode());
    }
}
