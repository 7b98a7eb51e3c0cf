package io.clustermesh.apiserver.source.kubernetes;

import io.clustermesh.apiserver.source.KubeObject;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.apiserver.source.SourceChange;
import io.clustermesh.apiserver.source.SourceError;
import io.clustermesh.apiserver.source.SourceListener;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Remembers what a source told. */
final class Heard implements SourceListener {

    private final Map<String, KubeObject> objects = new ConcurrentHashMap<>();
    private final Set<KubeObject.Kind> synced = ConcurrentHashMap.newKeySet();
    private final List<SourceError> errors = new CopyOnWriteArrayList<>();
    private final AtomicInteger changes = new AtomicInteger();

    @Override
    public void onChanges(List<SourceChange> batch, Instant seenAt) {
        for (SourceChange change : batch) {
            changes.incrementAndGet();
            switch (change) {
                case SourceChange.Upsert(KubeObject object) ->
                    objects.put(object.key().toString(), object);
                case SourceChange.Delete(ObjectKey key) -> objects.remove(key.toString());
            }
        }
    }

    @Override
    public void onSynced(Set<KubeObject.Kind> kinds) {
        synced.addAll(kinds);
    }

    @Override
    public void onErrors(List<SourceError> fresh) {
        errors.addAll(fresh);
    }

    Set<String> names() {
        return Set.copyOf(objects.keySet());
    }

    @Nullable
    KubeObject object(String key) {
        return objects.get(key);
    }

    Set<KubeObject.Kind> synced() {
        return Set.copyOf(synced);
    }

    List<SourceError> errors() {
        return List.copyOf(errors);
    }

    int changes() {
        return changes.get();
    }
}
