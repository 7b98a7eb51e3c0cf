package io.clustermesh.apiserver.source;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Hears what happens in a source. The source's own thread calls, one call at a time; a call may block, which holds the
 * source back.
 */
public interface SourceListener {

    /**
     * @param changes one change for each object, in no particular order
     * @param seenAt when the source saw them
     */
    void onChanges(List<SourceChange> changes, Instant seenAt) throws InterruptedException;

    /**
     * Every object of these kinds that was there at the start has been told; called once for each kind. A folder knows all
     * kinds at once.
     */
    void onSynced(Set<KubeObject.Kind> kinds) throws InterruptedException;

    /** Errors that were not there before. */
    void onErrors(List<SourceError> errors) throws InterruptedException;
}
