package io.clustermesh.apiserver.source;

import io.clustermesh.apiserver.source.ManifestParser.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A folder of manifests without a folder, for tests of what stands behind a source. */
public final class Manifests {

    private final ManifestParser parser = new ManifestParser();
    private final FolderState state = new FolderState();

    /** Writes {@code file}; the changes that a listener would hear of. */
    public List<SourceChange> write(String file, String text) {
        Outcome outcome = parser.parse(file, text.getBytes(StandardCharsets.UTF_8));
        if (outcome instanceof Outcome.Broken(List<SourceError> errors)) {
            throw new IllegalArgumentException(errors.toString());
        }
        return state.apply(Map.of(file, Optional.of(outcome)));
    }
}
