package io.clustermesh.apiserver.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.view.AdminApiDocument;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.model.Keys;
import io.clustermesh.model.codec.DrainCodec;
import io.clustermesh.store.admin.AdminApi;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.admin.AdminListeners;
import io.clustermesh.store.admin.AdminServer;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Metrics;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Reflector;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DrainsTest {

    private static final ClusterName WEST = new ClusterName("west");
    private static final ClusterName EAST = new ClusterName("east");
    private static final Drain.Target CLUSTER = Drain.Target.of(EAST);
    private static final Drain.Target NODE = new Drain.Target(EAST, "east-n1");

    @TempDir
    private Path folder = Path.of("");

    private final MovedClock clock = new MovedClock();
    private final InMemoryKvStore store = new InMemoryKvStore(7);
    private final EventLog events = new EventLog(Clock.system(), 32);
    private final Lifecycle lifecycle = new Lifecycle("drains-test", clock);
    private final Drains drains = start(lifecycle);

    /** The system's, with a wall clock that a test puts forward. */
    private static final class MovedClock implements Clock {
        private final Clock system = Clock.system();
        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant now() {
            return system.now().plus(ahead);
        }

        @Override
        public long monotonicNanos() {
            return system.monotonicNanos();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            system.sleep(duration);
        }

        void forward(Duration by) {
            ahead = ahead.plus(by);
        }
    }

    private Drains start(Lifecycle part) {
        store.put(Keys.clusterConfig(EAST), "{}");
        store.put(Keys.Resource.NODES.cachePrefix(EAST) + "east-n1", "{}");
        return Drains.start(WEST, store, events, part);
    }

    @AfterEach
    void stop() {
        lifecycle.close();
    }

    @Test
    void shouldTakeTheShareAwayAlongTheRampAndTellTheEnd() {
        assertThat(drains.begin(CLUSTER, Duration.ofMinutes(10))).isInstanceOf(Drains.Outcome.Going.class);
        assertThat(kept(CLUSTER)).contains(100);

        clock.forward(Duration.ofMinutes(3));
        await().untilAsserted(() -> assertThat(kept(CLUSTER).orElse(100)).isBetween(65, 70));

        clock.forward(Duration.ofMinutes(20));
        await().untilAsserted(() -> assertThat(kept(CLUSTER)).contains(0));
        await().untilAsserted(() -> assertThat(reasons()).containsExactly("Draining", "Drained"));
        assertThat(drains.all()).extracting(Drain::keepPercent).containsExactly(0);
    }

    @Test
    void shouldDrainAtOnceWithoutARamp() {
        drains.begin(NODE, Duration.ZERO);

        assertThat(kept(NODE)).contains(0);
        assertThat(kept(CLUSTER)).isEmpty();
    }

    @Test
    void shouldComeBackAlongARampFromWhereItIsAndForgetTheDrain() {
        drains.begin(CLUSTER, Duration.ofMinutes(10));
        clock.forward(Duration.ofMinutes(5));
        await().untilAsserted(() -> assertThat(kept(CLUSTER).orElse(100)).isBetween(45, 50));

        drains.end(CLUSTER, Duration.ofMinutes(10));
        assertThat(kept(CLUSTER).orElse(0)).isBetween(45, 50);
        clock.forward(Duration.ofMinutes(5));
        await().untilAsserted(() -> assertThat(kept(CLUSTER).orElse(0)).isBetween(70, 76));
        clock.forward(Duration.ofMinutes(6));
        await().untilAsserted(() -> assertThat(kept(CLUSTER)).isEmpty());

        assertThat(drains.end(CLUSTER, Duration.ZERO)).isInstanceOf(Drains.Outcome.Unknown.class);
    }

    @Test
    void shouldGoOnAfterARestartAsIfNothingHadHappened() {
        drains.begin(CLUSTER, Duration.ofMinutes(10));
        lifecycle.close();
        clock.forward(Duration.ofMinutes(6));

        Lifecycle next = new Lifecycle("drains-next", clock);
        try {
            start(next);
            await().untilAsserted(() -> assertThat(kept(CLUSTER).orElse(100)).isBetween(35, 40));
        } finally {
            next.close();
        }
    }

    @Test
    void shouldNeverGoBackWhereSeveralReplicasStepWithClocksThatDiffer() {
        Lifecycle other = new Lifecycle("drains-other", Clock.system());
        List<Integer> steps = new CopyOnWriteArrayList<>();
        try {
            other.own(
                    "seen",
                    Reflector.start(
                            "seen",
                            store,
                            KeyRange.prefix(Keys.drains(WEST)),
                            changes -> changes.forEach(change -> kept(change).ifPresent(steps::add)),
                            clock));
            Drains.start(WEST, store, events, other);
            drains.begin(CLUSTER, Duration.ofMinutes(10));
            clock.forward(Duration.ofMinutes(4));
            await().untilAsserted(() -> assertThat(kept(CLUSTER).orElse(100)).isLessThan(61));
            clock.forward(Duration.ofMinutes(20));
            await().untilAsserted(() -> assertThat(kept(CLUSTER)).contains(0));

            await().untilAsserted(() -> assertThat(steps).contains(0));
            assertThat(steps)
                    .isSortedAccordingTo((a, b) -> Integer.compare(b, a))
                    .hasSizeGreaterThan(2);
        } finally {
            other.close();
        }
    }

    @Test
    void shouldRefuseWhatTheMeshDoesNotKnow() {
        assertThat(drains.begin(Drain.Target.of(new ClusterName("mars")), Duration.ZERO))
                .isEqualTo(new Drains.Outcome.Unknown(
                        "cluster mars is not connected here; \"clustermesh status\" shows those that are"));
        assertThat(drains.begin(new Drain.Target(EAST, "east-n9"), Duration.ZERO))
                .isInstanceOf(Drains.Outcome.Unknown.class);
        assertThat(drains.begin(Drain.Target.of(WEST), Duration.ZERO)).isInstanceOf(Drains.Outcome.Going.class);
    }

    @Test
    void shouldBeAskedOverTheAdminApi() throws IOException {
        AdminApiDocument document = new AdminApiDocument();
        Path socket = folder.resolve("admin.sock");
        Metrics metrics = lifecycle.own("metrics", new Metrics());
        lifecycle.own(
                "admin",
                AdminServer.start(
                        AdminListeners.on(socket),
                        new AdminApi(
                                new Health(), metrics, DrainRoutes.all(drains), Optional.empty(), Optional.empty()),
                        Optional.empty()));

        AdminClient.Answer put = AdminClient.send(socket, "PUT", "/v1/drains/east?node=east-n1&rampSeconds=0");
        assertThat(put.ok()).as(put.body()).isTrue();
        assertThat(document.faults("put", "/v1/drains/{cluster}", 200, json(put)))
                .isEmpty();
        assertThat(kept(NODE)).contains(0);

        await().untilAsserted(() -> {
            AdminClient.Answer list = AdminClient.get(socket, "/v1/drains");
            assertThat(json(list).path("items")).hasSize(1);
            assertThat(document.faults("get", "/v1/drains", 200, json(list))).isEmpty();
        });

        AdminClient.Answer back = AdminClient.send(socket, "DELETE", "/v1/drains/east?node=east-n1");
        assertThat(document.faults("delete", "/v1/drains/{cluster}", 200, json(back)))
                .isEmpty();
        assertThat(kept(NODE)).isEmpty();

        assertThat(AdminClient.send(socket, "PUT", "/v1/drains/mars").status()).isEqualTo(404);
        assertThat(AdminClient.send(socket, "PUT", "/v1/drains/MARS").status()).isEqualTo(400);
        assertThat(AdminClient.send(socket, "PUT", "/v1/drains/east?rampSeconds=86401")
                        .status())
                .isEqualTo(400);
        assertThat(AdminClient.send(socket, "PUT", "/v1/drains/east?node=a%2Fb").status())
                .isEqualTo(400);
        AdminClient.Answer get = AdminClient.get(socket, "/v1/drains/east");
        assertThat(get.status()).isEqualTo(405);
        assertThat(get.body()).contains("use DELETE, PUT");
        store.unreachable(true);
        assertThat(AdminClient.send(socket, "PUT", "/v1/drains/west").status()).isEqualTo(503);
    }

    private static JsonNode json(AdminClient.Answer answer) throws IOException {
        return AdminJson.mapper().readTree(answer.body());
    }

    private Optional<Integer> kept(Drain.Target target) {
        return store.get(Keys.drain(WEST, target))
                .map(KeyValue::value)
                .flatMap(value -> DrainCodec.decode(value).asOptional())
                .map(Drain::keepPercent);
    }

    private static Optional<Integer> kept(Change change) {
        return change instanceof Change.Upsert(KeyValue entry)
                ? DrainCodec.decode(entry.value()).asOptional().map(Drain::keepPercent)
                : Optional.empty();
    }

    private List<String> reasons() {
        return events.events().stream().map(event -> event.warning().reason()).toList();
    }
}
