package io.clustermesh.apiserver.sink;

import io.clustermesh.apiserver.publish.Exports;
import io.clustermesh.apiserver.publish.SyncedSlices;
import io.clustermesh.apiserver.source.KubeNamespace;
import io.clustermesh.apiserver.source.KubeObject;
import io.clustermesh.apiserver.source.KubeObject.Kind;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.apiserver.source.SourceChange;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.EndpointSliceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.lead.Seat;
import io.clustermesh.store.lead.Term;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Mailbox;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the backends of peers as EndpointSlices in the own cluster, for the services that ask for it.
 *
 * <pre>
 *   source ── service, namespace ──► touched ──►┐
 *                                               ├─► this agent: wanted? read the peers' share, plan, write
 *   mirrors' keys ── index ────────► touched ──►┘
 * </pre>
 *
 * <p>What is to be done is a set of names, so a burst of changes costs one look, and nothing queues up while the API
 * server is away. Only the replica that publishes writes; it lists what there is when it begins, and every ten minutes in
 * case somebody else changed it.
 */
final class SliceSync implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(SliceSync.class);

    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final Duration LIST_AGAIN = Duration.ofMinutes(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** Without these nobody can say that a slice is not wanted. */
    private static final Set<Kind> NEEDED = EnumSet.of(Kind.NAMESPACE, Kind.SERVICE);

    /** What somebody made of a slice of ours; no peer has such backends, so it goes. */
    private static final MeshSlice.Group UNREADABLE =
            new MeshSlice.Group(new ClusterName("unreadable"), IpAddress.Family.IPV4, List.of());

    private final SliceApi api;
    private final KvStore store;
    private final Function<ObjectKey, Optional<KubeObject>> objects;
    private final Exports exports;
    private final Clock clock;
    private final RemoteIndex index = new RemoteIndex();
    private final Set<ServiceName> touched = ConcurrentHashMap.newKeySet();
    private final Set<Kind> synced = ConcurrentHashMap.newKeySet();
    private final Mailbox<Boolean> wake = new Mailbox<>(1);
    private final Seat seat = new Seat(() -> wake.offer(true));
    private final Backoff backoff = new Backoff(Duration.ofMillis(200), LONGEST_PAUSE);

    private final Map<ServiceName, Map<String, MeshSlice>> present = new HashMap<>();
    private Optional<Term> term = Optional.empty();
    private Optional<Long> listedNanos = Optional.empty();
    private long writes;
    private long failures;
    private volatile SinkStatus.Slices status = new SinkStatus.Slices(0, 0, 0, 0, 0, 0, Optional.empty());

    SliceSync(
            SliceApi api,
            KvStore store,
            Function<ObjectKey, Optional<KubeObject>> objects,
            Exports exports,
            Clock clock) {
        this.api = api;
        this.store = store;
        this.objects = objects;
        this.exports = exports;
        this.clock = clock;
    }

    /** Where it is told whether this replica writes. */
    Seat seat() {
        return seat;
    }

    SinkStatus.Slices status() {
        return status;
    }

    RemoteIndex index() {
        return index;
    }

    /** The source's thread tells; does not block. */
    void changed(List<SourceChange> changes) {
        for (SourceChange change : changes) {
            ObjectKey key = change.key();
            if (key.kind() == Kind.SERVICE) {
                touched.add(new ServiceName(key.namespace(), key.name()));
            } else if (key.kind() == Kind.NAMESPACE) {
                index.services().stream()
                        .filter(service -> service.namespace().equals(key.name()))
                        .forEach(touched::add);
            }
        }
        wake.offer(true);
    }

    /** The source's thread tells that it has told all objects of these kinds. */
    void synced(Set<Kind> kinds) {
        synced.addAll(kinds);
        wake.offer(true);
    }

    /** A reflector's thread tells; does not block. */
    void remote(Set<ServiceName> services) {
        touched.addAll(services);
        wake.offer(true);
    }

    @Override
    public String roleName() {
        return "endpoint-slices";
    }

    @Override
    public void doWork() throws InterruptedException {
        if (!seat.term().equals(term)) {
            term = seat.term();
            listedNanos = Optional.empty();
            present.clear();
        }
        if (term.isEmpty() || !synced.containsAll(NEEDED) || !index.synced()) {
            report(Optional.empty());
            var _ = wake.poll(IDLE);
            return;
        }
        try {
            listIfNeeded();
            for (ServiceName service : touched) {
                if (!seat.term().equals(term)) {
                    return;
                }
                touched.remove(service);
                settle(service);
            }
            backoff.succeeded();
            report(Optional.empty());
            if (touched.isEmpty()) {
                var _ = wake.poll(IDLE);
            }
        } catch (KubernetesClientException e) {
            failed(ApiFailure.of(e, SliceApi.RULE).message());
        } catch (StoreException e) {
            failed("the kvstore does not say what peers have: " + e.getMessage());
        }
    }

    private void failed(String reason) throws InterruptedException {
        failures++;
        LOG.atDebug().addKeyValue("reason", reason).log("endpoint slices not written, trying again");
        report(Optional.of(reason));
        clock.sleep(backoff.afterFailure());
    }

    private void listIfNeeded() {
        long now = clock.monotonicNanos();
        if (listedNanos.isPresent() && now - listedNanos.get() < LIST_AGAIN.toNanos()) {
            return;
        }
        present.clear();
        api.list(this::found);
        listedNanos = Optional.of(now);
        touched.addAll(present.keySet());
        touched.addAll(index.services());
    }

    private void found(EndpointSlice object) {
        SliceObjects.service(object).ifPresent(service -> {
            Map<String, MeshSlice> slices = present.computeIfAbsent(service, s -> new HashMap<>());
            MeshSlice slice = SliceObjects.read(object)
                    .orElseGet(() -> new MeshSlice(object.getMetadata().getName(), UNREADABLE, "", List.of()));
            slices.put(slice.name(), slice);
        });
    }

    private void settle(ServiceName name) throws InterruptedException {
        Map<String, MeshSlice> before = present.getOrDefault(name, Map.of());
        Map<ClusterName, RemoteIndex.Sources> sources = index.of(name);
        if (before.isEmpty() && sources.isEmpty()) {
            present.remove(name);
            return;
        }
        Optional<KubeService> service = wanted(name);
        RemoteEndpoints remote = new RemoteEndpoints();
        if (service.isPresent()) {
            sources.forEach((cluster, source) -> read(cluster, source, remote));
        }
        String owner = service.map(it -> it.meta().creation().uid()).orElse("");
        boolean headless =
                service.map(it -> it.type() == KubeService.Type.HEADLESS).orElse(false);
        try {
            apply(name, headless, SlicePlan.of(name, owner, before.values(), remote.groups()));
        } catch (KubernetesClientException e) {
            switch (ApiFailure.of(e, SliceApi.RULE)) {
                case ApiFailure.Gone ignored -> present.remove(name); // the namespace goes, and its slices with it
                case ApiFailure.Invalid(String message) -> {
                    failures++;
                    LOG.atWarn()
                            .addKeyValue("service", name)
                            .addKeyValue("reason", message)
                            .log("the API server refuses an endpoint slice of a peer's backends");
                }
                default -> {
                    touched.add(name);
                    throw e;
                }
            }
        } catch (StoreException e) {
            touched.add(name);
            throw e;
        }
    }

    private void apply(ServiceName name, boolean headless, SlicePlan plan) throws InterruptedException {
        for (MeshSlice slice : plan.writes()) {
            api.write(name, headless, slice);
            present.computeIfAbsent(name, n -> new HashMap<>()).put(slice.name(), slice);
            writes++;
        }
        for (String slice : plan.deletes()) {
            api.delete(name, slice);
            present.computeIfPresent(name, (n, slices) -> {
                slices.remove(slice);
                return slices.isEmpty() ? null : slices;
            });
            writes++;
        }
    }

    private Optional<KubeService> wanted(ServiceName name) {
        Optional<KubeNamespace> namespace = objects.apply(new ObjectKey(Kind.NAMESPACE, "", name.namespace()))
                .filter(KubeNamespace.class::isInstance)
                .map(KubeNamespace.class::cast);
        return objects.apply(new ObjectKey(Kind.SERVICE, name.namespace(), name.name()))
                .filter(KubeService.class::isInstance)
                .map(KubeService.class::cast)
                .filter(service -> SyncedSlices.wanted(service, namespace, exports));
    }

    /** A peer's slices say more than its record; some peers have only one of the two. */
    private void read(ClusterName cluster, RemoteIndex.Sources sources, RemoteEndpoints into) {
        for (String key : sources.slices()) {
            Optional<KeyValue> entry = store.get(key);
            if (entry.isPresent()
                    && EndpointSliceCodec.decode(entry.get().value())
                            instanceof Decoded.Value<ClusterEndpointSlice>(var slice)) {
                into.add(slice);
            }
        }
        if (sources.slices().isEmpty()) {
            Optional<KeyValue> entry = sources.record().flatMap(store::get);
            if (entry.isPresent()
                    && ServiceCodec.decode(entry.get().value()) instanceof Decoded.Value<ServiceRecord>(var service)) {
                into.add(cluster, service);
            }
        }
    }

    private void report(Optional<String> problem) {
        status = new SinkStatus.Slices(
                (int) present.values().stream()
                        .filter(slices -> !slices.isEmpty())
                        .count(),
                present.values().stream().mapToInt(Map::size).sum(),
                present.values().stream()
                        .flatMap(slices -> slices.values().stream())
                        .mapToInt(slice -> slice.endpoints().size())
                        .sum(),
                touched.size(),
                writes,
                failures,
                problem);
    }
}
