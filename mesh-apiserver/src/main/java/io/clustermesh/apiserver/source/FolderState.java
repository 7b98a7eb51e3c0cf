package io.clustermesh.apiserver.source;

import io.clustermesh.apiserver.source.ManifestParser.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the files of a folder say together, and what changes when one of them changes. The last good state of each file
 * counts. Of an object that stands in several files, the one that came first counts until its file lets go of it. No
 * I/O; owned by one thread.
 */
final class FolderState {

    private final Map<String, Map<ObjectKey, KubeObject>> good = new HashMap<>();
    private final Map<String, List<SourceError>> errors = new TreeMap<>();
    private final Map<ObjectKey, LinkedHashMap<String, KubeObject>> claims = new HashMap<>();

    /**
     * Takes in a round of changed files.
     *
     * @param changed what came of each file, in the order of their names; empty for a file that is gone
     * @return one change for each object that is not as before
     */
    List<SourceChange> apply(Map<String, Optional<Outcome>> changed) {
        Map<ObjectKey, Optional<KubeObject>> before = new LinkedHashMap<>();
        changed.forEach((file, outcome) -> {
            if (outcome.isEmpty()) {
                errors.remove(file);
                replace(file, Map.of(), before);
                good.remove(file);
                return;
            }
            switch (outcome.get()) {
                case Outcome.Broken(List<SourceError> reasons) -> errors.put(file, reasons);
                case Outcome.Parsed(Map<ObjectKey, KubeObject> objects) -> {
                    errors.remove(file);
                    replace(file, objects, before);
                }
            }
        });
        List<SourceChange> changes = new ArrayList<>();
        before.forEach((key, old) -> {
            Optional<KubeObject> now = effective(key);
            if (!Objects.equals(old, now)) {
                changes.add(now.isPresent() ? new SourceChange.Upsert(now.get()) : new SourceChange.Delete(key));
            }
        });
        return changes;
    }

    /** Whether {@code file} has objects that count. */
    boolean hasObjects(String file) {
        return !good.getOrDefault(file, Map.of()).isEmpty();
    }

    /** Objects that count. */
    int objects() {
        return claims.size();
    }

    /** Everything that is wrong now, by file. */
    List<SourceError> errors() {
        List<SourceError> all = new ArrayList<>();
        errors.values().forEach(all::addAll);
        claims.forEach((key, files) -> {
            if (files.size() > 1) {
                String owner = files.firstEntry().getKey();
                files.sequencedKeySet().stream()
                        .skip(1)
                        .forEach(file -> all.add(new SourceError(
                                file,
                                "",
                                key.toString(),
                                "is in file %s too, and that one counts".formatted(owner),
                                "keep it in one of the two files")));
            }
        });
        return all;
    }

    private void replace(String file, Map<ObjectKey, KubeObject> objects, Map<ObjectKey, Optional<KubeObject>> before) {
        Map<ObjectKey, KubeObject> old = good.getOrDefault(file, Map.of());
        old.keySet().forEach(key -> {
            if (!objects.containsKey(key)) {
                before.computeIfAbsent(key, this::effective);
                claims.computeIfPresent(key, (k, files) -> {
                    files.remove(file);
                    return files.isEmpty() ? null : files;
                });
            }
        });
        objects.forEach((key, object) -> {
            before.computeIfAbsent(key, this::effective);
            claims.computeIfAbsent(key, k -> new LinkedHashMap<>()).put(file, object);
        });
        good.put(file, objects);
    }

    private Optional<KubeObject> effective(ObjectKey key) {
        return Optional.ofNullable(claims.get(key))
                .map(files -> files.firstEntry().getValue());
    }
}
