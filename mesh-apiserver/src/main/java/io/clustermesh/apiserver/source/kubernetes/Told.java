package io.clustermesh.apiserver.source.kubernetes;

import io.clustermesh.apiserver.source.KubeObject;
import io.clustermesh.apiserver.source.SourceChange;
import io.clustermesh.apiserver.source.SourceError;
import io.clustermesh.apiserver.source.SourceListener;
import io.clustermesh.store.runtime.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way to the listener, for every kind's thread: one call at a time. A listener that blocks holds all kinds back,
 * hence the API server too.
 */
final class Told {

    /** More different errors than this are not told apart. */
    private static final int ERRORS_REMEMBERED = 1000;

    private final SourceListener listener;
    private final Clock clock;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final Set<SourceError> errors = new HashSet<>();

    Told(SourceListener listener, Clock clock) {
        this.listener = listener;
        this.clock = clock;
    }

    /** When they were told. */
    Instant changes(List<SourceChange> changes) throws InterruptedException {
        Instant now = clock.now();
        turn.lockInterruptibly();
        try {
            listener.onChanges(changes, now);
        } finally {
            turn.unlock();
        }
        return now;
    }

    void synced(KubeObject.Kind kind) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            listener.onSynced(Set.of(kind));
        } finally {
            turn.unlock();
        }
    }

    /** Tells an error that has not been told yet. */
    void error(SourceError error) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            if (errors.size() < ERRORS_REMEMBERED && errors.add(error)) {
                listener.onErrors(List.of(error));
            }
        } finally {
            turn.unlock();
        }
    }
}
