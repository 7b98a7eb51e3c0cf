package io.clustermesh.apiserver.sink;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.publish.Exports;
import io.clustermesh.apiserver.source.KubeObject.Kind;
import io.clustermesh.apiserver.source.Source;
import io.clustermesh.apiserver.source.SourceChange;
import io.clustermesh.apiserver.source.SourceError;
import io.clustermesh.apiserver.source.SourceListener;
import io.clustermesh.apiserver.source.SourceStatus;
import io.clustermesh.apiserver.source.kubernetes.KubernetesConnection;
import io.clustermesh.apiserver.source.kubernetes.KubernetesSource;
import io.clustermesh.model.Keys;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.lead.LeadershipListener;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.sync.Reflector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Everything that is written back to Kubernetes; starts its agents as parts of a life cycle. Thread-safe. */
public final class KubernetesSink {

    /**
     * What is written.
     *
     * @param events Events on objects
     * @param endpointSlices peers' backends as EndpointSlices
     */
    public record Wanted(boolean events, boolean endpointSlices) {}

    /**
     * How Events are written.
     *
     * @param replica this replica's name, which they carry
     * @param again how long a warning that comes again stays uncounted after the last write
     */
    public record Voice(String replica, Duration again) {}

    private final KubernetesEvents events;
    private final SliceSync slices;

    private KubernetesSink(KubernetesEvents events, SliceSync slices) {
        this.events = events;
        this.slices = slices;
    }

    /**
     * Starts it. It writes nothing before {@link #seats} are told that this replica publishes.
     *
     * @param source where objects are looked up
     * @param store where the mirrors keep what peers have
     * @param warnings what becomes Events
     * @param voice who writes them, and how often
     * @param exports which namespaces take part
     */
    public static KubernetesSink start(
            KubernetesConnection connection,
            KubernetesSource source,
            KvStore store,
            EventLog warnings,
            Voice voice,
            Exports exports,
            Lifecycle lifecycle) {
        KubernetesEvents events =
                new KubernetesEvents(connection.client(), warnings, source::find, voice, lifecycle.clock());
        SliceSync slices = new SliceSync(
                new SliceApi(connection.client(), lifecycle.clock()), store, source::find, exports, lifecycle.clock());
        lifecycle.run(events);
        lifecycle.run(slices);
        for (String prefix : List.of(Keys.CACHED_SERVICES, Keys.CACHED_ENDPOINT_SLICES)) {
            lifecycle.own(
                    "sink watch of " + prefix,
                    Reflector.start(
                            "sink-" + prefix,
                            store,
                            KeyRange.prefix(prefix),
                            changes -> slices.remote(slices.index().absorb(prefix, changes)),
                            lifecycle.clock()));
        }
        return new KubernetesSink(events, slices);
    }

    /** What to tell when this replica begins and ceases to publish; what {@code wanted} leaves out never writes. */
    public List<LeadershipListener> seats(Wanted wanted) {
        List<LeadershipListener> seats = new ArrayList<>();
        if (wanted.events()) {
            seats.add(events.seat());
        }
        if (wanted.endpointSlices()) {
            seats.add(slices.seat());
        }
        return seats;
    }

    /** {@code source}, which then tells this sink too. */
    public Source tapped(Source source) {
        return new Source() {
            @Override
            public void start(SourceListener listener, Lifecycle lifecycle) {
                source.start(both(listener), lifecycle);
            }

            @Override
            public SourceStatus status() {
                return source.status();
            }
        };
    }

    private SourceListener both(SourceListener first) {
        return new SourceListener() {
            @Override
            public void onChanges(List<SourceChange> changes, Instant seenAt) throws InterruptedException {
                first.onChanges(changes, seenAt);
                slices.changed(changes);
            }

            @Override
            public void onSynced(Set<Kind> kinds) throws InterruptedException {
                first.onSynced(kinds);
                slices.synced(kinds);
            }

            @Override
            public void onErrors(List<SourceError> errors) throws InterruptedException {
                first.onErrors(errors);
            }
        };
    }

    /** How it goes; any thread. */
    public SinkStatus status() {
        return new SinkStatus(
                slices.seat().term().isPresent() || events.seat().term().isPresent(), events.status(), slices.status());
    }
}
