package io.clustermesh.apiserver.source.kubernetes;

import io.clustermesh.apiserver.source.KindStatus;
import io.clustermesh.apiserver.source.KindStatus.State;
import io.clustermesh.apiserver.source.SourceError;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one kind is doing. The kind's thread writes, any thread reads.
 */
final class KindTracker {

    /** Of more broken objects only the number is told. */
    private static final int ERRORS_KEPT = 50;

    private final Resource resource;
    private final String where;
    private final Clock clock;
    private final Map<String, SourceError> broken = new LinkedHashMap<>();
    private State state = State.LISTING;
    private boolean synced;
    private long lists;
    private long failures;
    private long brokenUntold;
    private Optional<Long> eventNanos = Optional.empty();
    private Optional<Long> signNanos = Optional.empty();
    private Optional<Instant> lastChange = Optional.empty();
    private Optional<SourceError> problem = Optional.empty();

    KindTracker(Resource resource, String where, Clock clock) {
        this.resource = resource;
        this.where = where;
        this.clock = clock;
    }

    /** Goes on well. */
    synchronized void is(State now) {
        state = now;
        problem = Optional.empty();
    }

    /** Everything has been told once; whether that is news. */
    synchronized boolean synced() {
        boolean news = !synced;
        synced = true;
        return news;
    }

    /** All of them were read. */
    synchronized void listed() {
        lists++;
    }

    /** The API server was heard of. */
    synchronized void sign() {
        signNanos = Optional.of(clock.monotonicNanos());
    }

    /** Objects changed. */
    synchronized void changed(Instant at) {
        eventNanos = Optional.of(clock.monotonicNanos());
        lastChange = Optional.of(at);
    }

    /** May not read; what is known stays. */
    synchronized SourceError denied(String message) {
        return fail(
                State.DENIED,
                "may not be read, and what was read before stays as it is: " + message,
                "add to the cluster role of mesh-apiserver's service account: " + resource.rule());
    }

    /** Can't read now; what is known stays. */
    synchronized SourceError failing(String reason) {
        return fail(State.FAILING, reason, "nothing, if the API server is coming back; else look at its log");
    }

    private SourceError fail(State now, String rule, String remedy) {
        state = now;
        failures++;
        SourceError error = new SourceError(where, "", resource.plural(), rule, remedy);
        problem = Optional.of(error);
        return error;
    }

    /** An object that breaks a rule; whether it is news. */
    synchronized Optional<SourceError> broken(String object, String rule, String remedy) {
        SourceError error = new SourceError(where, "", object, rule, remedy);
        if (broken.size() >= ERRORS_KEPT && !broken.containsKey(object)) {
            brokenUntold++;
            return Optional.empty();
        }
        return error.equals(broken.put(object, error)) ? Optional.empty() : Optional.of(error);
    }

    /** An object is fine, or gone. */
    synchronized void mended(String object) {
        if (!broken.isEmpty()) {
            broken.remove(object);
        }
    }

    synchronized boolean isSynced() {
        return synced;
    }

    synchronized Optional<Instant> lastChange() {
        return lastChange;
    }

    synchronized List<SourceError> errors() {
        List<SourceError> errors = new ArrayList<>();
        problem.ifPresent(errors::add);
        errors.addAll(broken.values());
        if (brokenUntold > 0) {
            errors.add(new SourceError(
                    where,
                    "",
                    resource.plural(),
                    "%d times another object broke a rule while these were kept".formatted(brokenUntold),
                    "mend those that are named first"));
        }
        return errors;
    }

    synchronized KindStatus status(int objects) {
        long now = clock.monotonicNanos();
        return new KindStatus(
                resource.kind().text(),
                state,
                synced,
                objects,
                eventNanos.map(at -> Duration.ofNanos(now - at)),
                signNanos.map(at -> Duration.ofNanos(now - at)),
                lists,
                failures,
                problem.map(SourceError::message));
    }
}
