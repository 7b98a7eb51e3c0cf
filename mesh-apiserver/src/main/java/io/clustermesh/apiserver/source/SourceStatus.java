package io.clustermesh.apiserver.source;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
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
 * @param kinds how it does with each kind of object; none for a folder, which has them all in its files
 */
public record SourceStatus(
        String kind,
        String where,
        boolean synced,
        int objects,
        Optional<Instant> lastChange,
        List<SourceError> errors,
        List<KindStatus> kinds) {

    public SourceStatus {
        errors = List.copyOf(errors);
        kinds = List.copyOf(kinds);
    }

    /** Of a source that does not tell kinds apart. */
    public SourceStatus(
            String kind,
            String where,
            boolean synced,
            int objects,
            Optional<Instant> lastChange,
            List<SourceError> errors) {
        this(kind, where, synced, objects, lastChange, errors, List.of());
    }

    /** What has not been read once, and why, for a source that is not synced. */
    public String missing() {
        List<String> waiting = kinds.stream()
                .filter(each -> !each.synced())
                .map(each -> each.kind() + " ("
                        + each.problem().orElse(each.state().name().toLowerCase(Locale.ROOT)) + ")")
                .toList();
        return waiting.isEmpty()
                ? "%s has not been read once; see /v1/status for its errors".formatted(where)
                : "%s has not been read once: %s".formatted(where, String.join("; ", waiting));
    }
}
