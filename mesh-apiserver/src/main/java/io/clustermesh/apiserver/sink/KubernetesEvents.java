package io.clustermesh.apiserver.sink;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.source.KubeObject;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.store.admin.EventFeed;
import io.clustermesh.store.lead.Seat;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.runtime.TokenBucket;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes an Event for each warning about an object. One that comes again counts the Event up, every few minutes at most.
 * Follows the bounded log of warnings, so that nothing queues up here: while the API server is away, or the rate is spent,
 * the oldest are lost first. Events have names that follow from what they say, so another replica that takes over makes
 * none twice. An agent with a thread of its own.
 */
final class KubernetesEvents implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(KubernetesEvents.class);

    private static final int AT_ONCE = 32;
    private static final double BURST = 25;
    private static final double PER_SECOND = 5;
    private static final int REMEMBERED = 1024;
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final String RULE =
            "apiGroups: [\"events.k8s.io\"], resources: [\"events\"], verbs: [\"create\", \"get\", \"patch\"]";

    private final KubernetesClient client;
    private final EventLog log;
    private final Function<ObjectKey, Optional<KubeObject>> objects;
    private final KubernetesSink.Voice voice;
    private final Clock clock;
    private final Mailbox<Boolean> wake = new Mailbox<>(1);
    private final Seat seat = new Seat(() -> wake.offer(true));
    private final TokenBucket rate;
    private final Backoff backoff = new Backoff(Duration.ofMillis(200), LONGEST_PAUSE);
    private final Map<String, Written> written = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Written> eldest) {
            return size() > REMEMBERED;
        }
    };
    private String position = "";
    private volatile SinkStatus.Events status = new SinkStatus.Events(0, 0, 0, Optional.empty());

    /**
     * @param count as it was written
     * @param atNanos when
     */
    private record Written(long count, long atNanos) {}

    private enum Outcome {
        WRITTEN,
        NOTHING_TO_SAY,
        DROPPED
    }

    KubernetesEvents(
            KubernetesClient client,
            EventLog log,
            Function<ObjectKey, Optional<KubeObject>> objects,
            KubernetesSink.Voice voice,
            Clock clock) {
        this.client = client;
        this.log = log;
        this.objects = objects;
        this.voice = voice;
        this.clock = clock;
        this.rate = new TokenBucket(BURST, PER_SECOND, clock);
    }

    /** Where it is told whether this replica writes. */
    Seat seat() {
        return seat;
    }

    SinkStatus.Events status() {
        return status;
    }

    @Override
    public String roleName() {
        return "kubernetes-events";
    }

    @Override
    public void onStart() {
        var _ = log.onNew(() -> wake.offer(true)); // both live as long as the process
    }

    @Override
    public void doWork() throws InterruptedException {
        boolean more = seat.term().isPresent() && write();
        if (!more) {
            var _ = wake.poll(IDLE);
        }
    }

    /** Some of what is new; whether there may be more. */
    private boolean write() throws InterruptedException {
        EventFeed.Batch batch = log.after(position, AT_ONCE);
        for (EventFeed.Item item : batch.items()) {
            if (seat.term().isEmpty()) {
                return false;
            }
            if (item.data() instanceof EventLog.Event event && !write(event)) {
                clock.sleep(backoff.afterFailure());
                return true;
            }
            position = item.id();
        }
        return batch.items().size() == AT_ONCE;
    }

    /** Whether {@code event} is done with. */
    private boolean write(EventLog.Event event) throws InterruptedException {
        Optional<ObjectKey> key = EventText.about(event.warning());
        Optional<KubeObject> object = key.flatMap(objects);
        if (key.isEmpty() || object.isEmpty()) {
            return true;
        }
        try {
            Outcome outcome = write(key.get(), object.get(), event);
            backoff.succeeded();
            status = new SinkStatus.Events(
                    status.written() + (outcome == Outcome.WRITTEN ? 1 : 0),
                    status.dropped() + (outcome == Outcome.DROPPED ? 1 : 0),
                    status.failures(),
                    Optional.empty());
            return true;
        } catch (KubernetesClientException e) {
            ApiFailure failure = ApiFailure.of(e, RULE);
            status = new SinkStatus.Events(
                    status.written(), status.dropped(), status.failures() + 1, Optional.of(failure.message()));
            LOG.atDebug().addKeyValue("reason", failure.message()).log("event not written, trying again");
            return false;
        }
    }

    private Outcome write(ObjectKey key, KubeObject object, EventLog.Event event) throws InterruptedException {
        String name = EventText.name(key, event.warning());
        String id = EventText.namespace(key) + "/" + name;
        Written before = written.get(id);
        long now = clock.monotonicNanos();
        if (before != null
                && (before.count == event.count()
                        || now - before.atNanos < voice.again().toNanos())) {
            return Outcome.NOTHING_TO_SAY;
        }
        clock.sleep(rate.take(1));
        Outcome outcome =
                before != null && countUp(key, name, event.count()) ? Outcome.WRITTEN : create(key, object, event);
        written.put(id, new Written(event.count(), now));
        return outcome;
    }

    /** False if the Event has expired meanwhile. */
    private boolean countUp(ObjectKey key, String name, long count) {
        try {
            client.events()
                    .v1()
                    .events()
                    .inNamespace(EventText.namespace(key))
                    .withName(name)
                    .patch(PatchContext.of(PatchType.JSON_MERGE), EventText.again(count, clock.now()));
            return true;
        } catch (KubernetesClientException e) {
            if (ApiFailure.of(e, RULE) instanceof ApiFailure.Gone) {
                return false;
            }
            throw e;
        }
    }

    private Outcome create(ObjectKey key, KubeObject object, EventLog.Event event) {
        try {
            client.resource(EventText.of(key, object, event, voice.replica(), clock.now()))
                    .create();
            return Outcome.WRITTEN;
        } catch (KubernetesClientException e) {
            return switch (ApiFailure.of(e, RULE)) {
                case ApiFailure.Exists ignored -> Outcome.NOTHING_TO_SAY; // another replica's, or an earlier life's
                case ApiFailure.Gone ignored -> Outcome.DROPPED;
                case ApiFailure.Invalid(String message) -> {
                    LOG.atWarn().addKeyValue("reason", message).log("the API server takes no event for a warning");
                    yield Outcome.DROPPED;
                }
                default -> throw e;
            };
        }
    }
}
