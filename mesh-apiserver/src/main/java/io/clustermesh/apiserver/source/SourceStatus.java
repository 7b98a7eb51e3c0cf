package io.clustermesh.apiserver.source;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a source is doing.
 *
 * @param kind {@code manifests} or {@code kubernetes}
 * @param where the folder, or the API server
 * @param synced it has told everything that was there at the start
 * @param objects objects told of and not gone
 * @param lastChange when it last saw something change
 * @param errors what is wrong with it now
 */
public record SourceStatus(
        String kind,
        String where,
        boolean synced,
        int objects,
        Optional<Instant> lastChange,
        List<SourceError> errors) {

    public SourceStatus {
        errors = List.copyOf(errors);
    }
}
