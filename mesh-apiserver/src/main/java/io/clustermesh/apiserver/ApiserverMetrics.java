package io.clustermesh.apiserver;

import io.clustermesh.apiserver.mirror.MirrorStatus;
import io.clustermesh.apiserver.source.KindStatus;
import io.clustermesh.store.sync.SyncStore;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The instruments of mesh-apiserver. Each reads the structure that {@code /v1/status} shows, when somebody scrapes, so
 * that metrics and status can't disagree. The label {@code peer} is the name of a connected cluster, at most 511.
 */
final class ApiserverMetrics {

    private static final AttributeKey<String> PEER = AttributeKey.stringKey("peer");
    private static final AttributeKey<String> WRITER = AttributeKey.stringKey("writer");
    private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");
    private static final double NANOS = 1e9;

    private final Meter meter;
    private final Supplier<StatusView> status;

    private ApiserverMetrics(Meter meter, Supplier<StatusView> status) {
        this.meter = meter;
        this.status = status;
    }

    /** Declares all instruments. */
    static void register(Meter meter, Supplier<StatusView> status) {
        ApiserverMetrics metrics = new ApiserverMetrics(meter, status);
        metrics.cacheAndApi();
        metrics.peers();
        metrics.publisher();
        metrics.source();
        metrics.sink();
    }

    private void sink() {
        counter(
                "clustermesh.apiserver.sink.events",
                "Kubernetes Events written for warnings",
                it -> it.sink().map(sink -> sink.events().written()).orElse(0L));
        counter(
                "clustermesh.apiserver.sink.slice.writes",
                "EndpointSlices of peers' backends written or deleted",
                it -> it.sink().map(sink -> sink.slices().writes()).orElse(0L));
        counter(
                "clustermesh.apiserver.sink.failures",
                "Writes to the Kubernetes API that failed",
                it -> it.sink()
                        .map(sink -> sink.events().failures() + sink.slices().failures())
                        .orElse(0L));
    }

    /** The label {@code kind} is one of the kinds of objects that are read. */
    private void source() {
        kinds("synced", "1 once all objects of the kind have been told", it -> it.synced() ? 1 : 0);
        kinds("following", "1 while the kind is watched", it -> it.state() == KindStatus.State.WATCHING ? 1 : 0);
        kinds("denied", "1 while the kind may not be read", it -> it.state() == KindStatus.State.DENIED ? 1 : 0);
        kinds("objects", "Objects of the kind", KindStatus::objects);
        kinds(
                "age",
                "Seconds since the API server was last heard of about the kind",
                it -> it.sinceLastSign().map(Duration::toSeconds).orElse(0L));
        meter.counterBuilder("clustermesh.apiserver.source.failures")
                .setDescription("Lists and watches of the kind that failed")
                .buildWithCallback(it -> status.get()
                        .source()
                        .kinds()
                        .forEach(kind -> it.record(kind.failures(), Attributes.of(KIND, kind.kind()))));
    }

    private void kinds(String what, String sentence, ToLongFunction<KindStatus> value) {
        meter.gaugeBuilder("clustermesh.apiserver.source." + what)
                .ofLongs()
                .setDescription(sentence)
                .buildWithCallback(it -> status.get()
                        .source()
                        .kinds()
                        .forEach(kind -> it.record(value.applyAsLong(kind), Attributes.of(KIND, kind.kind()))));
    }

    private void cacheAndApi() {
        gauge("clustermesh.apiserver.ready", "1 while others may rely on this process", it -> it.ready() ? 1 : 0);
        gauge(
                "clustermesh.apiserver.cache.keys",
                "Keys in the watch cache",
                it -> it.cache().keys());
        gauge(
                "clustermesh.apiserver.cache.following",
                "1 while etcd's watch runs",
                it -> it.cache().feed().following() ? 1 : 0);
        counter(
                "clustermesh.apiserver.cache.rebuilds",
                "Times that etcd was listed whole",
                it -> it.cache().feed().rebuilds());
        gauge(
                "clustermesh.apiserver.cache.failures",
                "Connections to etcd lost or refused in a row",
                it -> it.cache().feed().failures());
        gauge(
                "clustermesh.apiserver.watches",
                "Watches open now",
                it -> it.api().watches().open());
        counter(
                "clustermesh.apiserver.watches.cut",
                "Watches ended because they were too slow or history changed",
                it -> it.api().watches().cut());
        counter(
                "clustermesh.apiserver.event.batches",
                "Event messages sent",
                it -> it.api().watches().batches());
        counter(
                "clustermesh.apiserver.event.encodings",
                "Event messages encoded; the rest was shared",
                it -> it.api().watches().encoded());
        counter(
                "clustermesh.apiserver.clients.refused",
                "Clients turned away at the handshake or for want of a role",
                it -> it.api().refused());
        requests();
    }

    private void requests() {
        counter(
                "clustermesh.apiserver.reads.stale",
                "Reads that asked for the newest and got what memory held, because etcd did not answer in time",
                it -> it.api().requests().stale());
        counter(
                "clustermesh.apiserver.requests.passed",
                "Calls of the administrator that etcd answered",
                it -> it.api().requests().passedThrough());
        counter(
                "clustermesh.apiserver.writes.refused",
                "Calls of others that would have written",
                it -> it.api().requests().writesRefused());
        counter(
                "clustermesh.apiserver.floods.refused",
                "Watches and reads refused because a client had too many of them open",
                it -> it.api().requests().floods());
        counter(
                "clustermesh.apiserver.watches.leaderless",
                "Watch streams ended because etcd had been away for too long",
                it -> it.api().requests().noLeader());
        gauge(
                "clustermesh.apiserver.answers.bytes",
                "Bytes of list answers on their way to clients",
                it -> it.api().requests().now().answerBytes());
    }

    private void publisher() {
        gauge(
                "clustermesh.apiserver.publisher.leads",
                "1 while this replica publishes",
                it -> it.publisher().lead().ours() ? 1 : 0);
        gauge(
                "clustermesh.apiserver.publisher.synced",
                "1 once everything of the start is in etcd",
                it -> it.publisher().synced() ? 1 : 0);
        gauge(
                "clustermesh.apiserver.publisher.waiting",
                "Label sets that wait for an identity",
                it -> it.publisher().waitingForIdentity());
        writers("keys", "Keys that should be in etcd", SyncStore.Status::keys);
        writers("pending", "Keys that are not written yet", SyncStore.Status::pending);
        writers("rejected", "Keys that etcd refuses", it -> it.rejected().size());
    }

    /** The label {@code writer} is one of a handful of fixed names. */
    private void writers(String what, String sentence, ToLongFunction<SyncStore.Status> value) {
        meter.gaugeBuilder("clustermesh.apiserver.publisher." + what)
                .ofLongs()
                .setDescription(sentence)
                .buildWithCallback(it -> status.get()
                        .publisher()
                        .writers()
                        .forEach((name, writer) -> it.record(value.applyAsLong(writer), Attributes.of(WRITER, name))));
    }

    private void peers() {
        peerGauge(
                "clustermesh.apiserver.peer.ready",
                "1 while the peer is mirrored whole and followed",
                it -> it.ready() ? 1 : 0);
        peerGauge(
                "clustermesh.apiserver.peer.connected",
                "1 while the peer's heartbeat is watched",
                it -> it.connection().connected() ? 1 : 0);
        peerGauge(
                "clustermesh.apiserver.peer.entries",
                "Entries mirrored of the peer",
                it -> it.resources().stream()
                        .mapToLong(MirrorStatus.ResourceStatus::entries)
                        .sum());
        peerGauge(
                "clustermesh.apiserver.peer.refused",
                "Entries of the peer that are not mirrored",
                it -> it.resources().stream()
                        .mapToLong(MirrorStatus.ResourceStatus::refusedCount)
                        .sum());
        peerGauge(
                "clustermesh.apiserver.peer.mirrored.here",
                "1 if this replica mirrors the peer",
                it -> it.owner().here() ? 1 : 0);
        peerGauge(
                "clustermesh.apiserver.peer.keys",
                "Keys held of the peer, refused ones too",
                it -> it.cost().keys());
        peerGauge(
                "clustermesh.apiserver.peer.bytes",
                "Size of the keys and values held of the peer",
                it -> it.cost().bytes());
        peerCounter(
                "clustermesh.apiserver.peer.over.limit",
                "Times that the peer was cut off for publishing more than it may",
                it -> it.cost().overLimit());
        peerCounter(
                "clustermesh.apiserver.peer.cache.revocations",
                "Times that the peer's services were removed since it was away too long",
                it -> it.cost().cacheRevocations());
        peerCounter(
                "clustermesh.apiserver.peer.held.back",
                "Milliseconds that the peer's changes were made to wait for their rate",
                it -> it.cost().heldBack().toMillis());
        meter.counterBuilder("clustermesh.apiserver.peer.failures")
                .setDescription("Failed calls, broken watches and rejected configs of the peer")
                .buildWithCallback(it -> status.get()
                        .peers()
                        .forEach(peer -> it.record(peer.connection().failures(), labels(peer))));
        meter.gaugeBuilder("clustermesh.apiserver.peer.last.event.age")
                .setUnit("s")
                .setDescription("Time since the peer was last heard of")
                .buildWithCallback(it -> status.get()
                        .peers()
                        .forEach(peer -> peer.connection()
                                .lastEventAge()
                                .ifPresent(age -> it.record(age.toNanos() / NANOS, labels(peer)))));
    }

    private void gauge(String name, String sentence, ToLongFunction<StatusView> value) {
        meter.gaugeBuilder(name)
                .ofLongs()
                .setDescription(sentence)
                .buildWithCallback(it -> it.record(value.applyAsLong(status.get())));
    }

    private void counter(String name, String sentence, ToLongFunction<StatusView> value) {
        meter.counterBuilder(name)
                .setDescription(sentence)
                .buildWithCallback(it -> it.record(value.applyAsLong(status.get())));
    }

    private void peerGauge(String name, String sentence, ToLongFunction<MirrorStatus> value) {
        meter.gaugeBuilder(name)
                .ofLongs()
                .setDescription(sentence)
                .buildWithCallback(
                        it -> status.get().peers().forEach(peer -> it.record(value.applyAsLong(peer), labels(peer))));
    }

    private void peerCounter(String name, String sentence, ToLongFunction<MirrorStatus> value) {
        meter.counterBuilder(name)
                .setDescription(sentence)
                .buildWithCallback(
                        it -> status.get().peers().forEach(peer -> it.record(value.applyAsLong(peer), labels(peer))));
    }

    private static Attributes labels(MirrorStatus peer) {
        return Attributes.of(PEER, peer.cluster().value());
    }
}
