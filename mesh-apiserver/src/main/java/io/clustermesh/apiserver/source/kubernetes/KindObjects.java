package io.clustermesh.apiserver.source.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.apiserver.source.KubeObject;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.apiserver.source.ObjectReader;
import io.clustermesh.apiserver.source.SourceChange;
import io.clustermesh.apiserver.source.SourceError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The objects of one kind, as they were told last. The kind's thread writes; any thread may look one up. What is kept is
 * the record that the listener was given, so it is held once.
 */
final class KindObjects {

    /** So many changes are told at once. */
    private static final int BATCH = 500;

    private final Resource resource;
    private final KindTracker tracker;
    private final Told told;
    private final Map<ObjectKey, KubeObject> objects = new ConcurrentHashMap<>();
    private List<SourceChange> pending = new ArrayList<>();

    KindObjects(Resource resource, KindTracker tracker, Told told) {
        this.resource = resource;
        this.tracker = tracker;
        this.told = told;
    }

    int count() {
        return objects.size();
    }

    Optional<KubeObject> find(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    /** All of them, as they are told while somebody looks. */
    Iterable<KubeObject> all() {
        return objects.values();
    }

    /** It is now like this. One that breaks a rule keeps its last good state. */
    void upsert(JsonNode tree) throws InterruptedException {
        switch (ObjectReader.read(resource.kind(), tree)) {
            case ObjectReader.Outcome.Good(KubeObject object) -> {
                tracker.mended(object.key().toString());
                if (!object.equals(objects.get(object.key()))) {
                    objects.put(object.key(), object);
                    note(new SourceChange.Upsert(object));
                }
            }
            case ObjectReader.Outcome.Broken(String rule, String remedy) -> {
                Optional<SourceError> news = tracker.broken(key(tree).toString(), rule, remedy);
                if (news.isPresent()) {
                    told.error(news.get());
                }
            }
        }
    }

    /** It is gone. */
    void delete(JsonNode tree) throws InterruptedException {
        ObjectKey key = key(tree);
        tracker.mended(key.toString());
        if (objects.remove(key) != null) {
            note(new SourceChange.Delete(key));
        }
    }

    /** Begins to take in a list of all. */
    Round list() {
        return new Round();
    }

    /** There are none any more. */
    void clear() throws InterruptedException {
        new Round().end();
    }

    /** Everything that was there at the start has been told. */
    void synced() throws InterruptedException {
        flush();
        if (tracker.synced()) {
            told.synced(resource.kind());
        }
    }

    void error(SourceError error) throws InterruptedException {
        told.error(error);
    }

    /** Tells what has not been told. */
    void flush() throws InterruptedException {
        if (!pending.isEmpty()) {
            List<SourceChange> changes = pending;
            pending = new ArrayList<>();
            tracker.changed(told.changes(changes));
        }
    }

    private void note(SourceChange change) throws InterruptedException {
        pending.add(change);
        if (pending.size() >= BATCH) {
            flush();
        }
    }

    private ObjectKey key(JsonNode tree) {
        JsonNode metadata = tree.path("metadata");
        return new ObjectKey(
                resource.kind(),
                metadata.path("namespace").asText(""),
                metadata.path("name").asText(""));
    }

    /** One list of all; what is not in it by the end is gone. */
    final class Round {
        /** At the first list there is nothing that could be gone. */
        private final Optional<Set<ObjectKey>> seen =
                objects.isEmpty() ? Optional.empty() : Optional.of(new HashSet<>());

        void take(JsonNode tree) throws InterruptedException {
            seen.ifPresent(keys -> keys.add(key(tree)));
            upsert(tree);
        }

        void flush() throws InterruptedException {
            KindObjects.this.flush();
        }

        void end() throws InterruptedException {
            for (ObjectKey key : seen.map(keys -> List.copyOf(objects.keySet())).orElse(List.of())) {
                if (!seen.orElseThrow().contains(key)) {
                    objects.remove(key);
                    note(new SourceChange.Delete(key));
                }
            }
            KindObjects.this.flush();
        }
    }
}
