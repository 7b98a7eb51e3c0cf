package io.clustermesh.apiserver.source.kubernetes;

import io.clustermesh.apiserver.source.KindStatus;
import io.clustermesh.apiserver.source.KubeObject;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.apiserver.source.Source;
import io.clustermesh.apiserver.source.SourceError;
import io.clustermesh.apiserver.source.SourceListener;
import io.clustermesh.apiserver.source.SourceStatus;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Worker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The Kubernetes API as a source. Each kind has a virtual thread, which reads, parses and tells; the lifecycle that
 * started them stops them. Status and look-ups are for any thread.
 */
public final class KubernetesSource implements Source {

    private record Part(Resource resource, KindTracker tracker, KindObjects objects) {}

    private final KubeApi api;
    private final Clock clock;
    private volatile List<Part> parts = List.of();

    /** @param connection its owner closes it, after this source has stopped */
    public KubernetesSource(KubernetesConnection connection, Clock clock) {
        this.api = new KubeApi(connection.client());
        this.clock = clock;
    }

    @Override
    public void start(SourceListener listener, Lifecycle lifecycle) {
        Told told = new Told(listener, clock);
        List<Part> made = new ArrayList<>();
        for (Resource resource : Resource.ALL) {
            KindTracker tracker = new KindTracker(resource, api.url(), clock);
            made.add(new Part(resource, tracker, new KindObjects(resource, tracker, told)));
        }
        parts = List.copyOf(made);
        for (Part part : made) {
            KindLoop loop = new KindLoop(part.resource, api, part.objects, part.tracker, clock);
            String name = "kubernetes-" + part.resource.plural();
            lifecycle.own(name, Worker.start(name, loop::run));
        }
    }

    /** An object as it was told last. */
    public Optional<KubeObject> find(ObjectKey key) {
        return parts.stream()
                .filter(part -> part.resource.kind() == key.kind())
                .findFirst()
                .flatMap(part -> part.objects.find(key));
    }

    @Override
    public SourceStatus status() {
        List<Part> now = parts;
        List<SourceError> errors = new ArrayList<>();
        now.forEach(part -> errors.addAll(part.tracker.errors()));
        List<KindStatus> kinds = now.stream()
                .map(part -> part.tracker.status(part.objects.count()))
                .toList();
        return new SourceStatus(
                "kubernetes",
                api.url(),
                !now.isEmpty() && now.stream().allMatch(part -> part.tracker.isSynced()),
                kinds.stream().mapToInt(KindStatus::objects).sum(),
                now.stream().flatMap(part -> part.tracker.lastChange().stream()).max(Instant::compareTo),
                errors,
                kinds);
    }
}
