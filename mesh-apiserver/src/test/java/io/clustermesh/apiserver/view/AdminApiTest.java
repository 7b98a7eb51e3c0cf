package io.clustermesh.apiserver.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.apiserver.cache.CacheFeed;
import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.apiserver.drain.DrainRoutes;
import io.clustermesh.apiserver.drain.Drains;
import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.mirror.MirrorStatus;
import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.admin.AdminApi;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.admin.AdminListeners;
import io.clustermesh.store.admin.AdminServer;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Metrics;
import io.clustermesh.store.sync.Freshness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminApiTest {

    private static final String LABELS = "k8s:app=%s;k8s:io.cilium.k8s.policy.cluster=%s;";

    @TempDir
    Path directory;

    private final Lifecycle lifecycle = new Lifecycle("admin-api-test", Clock.system());
    private final InMemoryKvStore store = new InMemoryKvStore(5);
    private final WatchCache cache = new WatchCache(new CacheLimits(20, 1 << 20));
    private final CacheFeed feed = new CacheFeed(store, cache, Clock.system());
    private final EventLog events = new EventLog(Clock.system(), 16);
    private final HopTrace hops = new HopTrace(Clock.system(), 16);
    private final AdminApiDocument document = new AdminApiDocument();
    private final MirrorStatus east = new MirrorStatus(
            new ClusterName("east"),
            MirrorStatus.State.STALE,
            new MirrorStatus.Connection(
                    false,
                    Optional.of(Duration.ofSeconds(90)),
                    Optional.of(Instant.parse("2026-01-01T00:00:00Z")),
                    3,
                    Optional.of(new Freshness.Failure("refused; is it up?", Instant.parse("2026-01-01T00:01:00Z")))),
            Optional.empty(),
            List.of(new MirrorStatus.ResourceStatus(
                    "nodes", true, 2, 1, List.of(new MirrorStatus.Refusal("cilium/x", "not its own")))),
            new MirrorStatus.Owner("west-1", false, Duration.ofSeconds(2)),
            new MirrorStatus.Cost(2, 800, Duration.ZERO, 0, 0));
    private AdminApi api = new AdminApi(new Health(), new Metrics(), List.of(), Optional.empty(), Optional.empty());
    private Path socket = Path.of("");

    @BeforeEach
    void serve() {
        socket = directory.resolve("admin.sock");
        OwnCluster own = new OwnCluster(
                new ClusterName("west"), new ClusterId(1), MeshSize.CLUSTERS_255, List.of(Cidr.parse("10.1.0.0/16")));
        Mesh mesh = new Mesh(own, "west-0", cache, feed::status, () -> List.of(east), Clock.system());
        api = new AdminApi(
                new Health(),
                lifecycle.own("metrics", new Metrics()),
                Stream.concat(
                                MeshRoutes.all(mesh, events, hops, () -> Map.of("replica", "west-0")).stream(),
                                DrainRoutes.all(Drains.start(own.name(), store, events, lifecycle)).stream())
                        .toList(),
                Optional.of(events),
                Optional.of(MeshRoutes.document()));
        lifecycle.own("admin", AdminServer.start(AdminListeners.on(socket), api, Optional.empty()));
    }

    @AfterEach
    void stop() {
        lifecycle.close();
    }

    private void follow() {
        IntStream.range(0, 25)
                .forEach(i -> store.put(
                        "cilium/state/identities/v1/id/" + (65_800 + i),
                        LABELS.formatted(i % 5 == 0 ? "cart" : "web", "west")));
        IntStream.range(0, 25)
                .forEach(i -> store.put(
                        "cilium/cache/identities/v1/east/id/" + (131_100 + i), LABELS.formatted("cart", "east")));
        store.put("cilium/cache/identities/v1/eu/id/196700", LABELS.formatted("db", "eu"));
        store.put("cilium/cache/identities/v1/eu/id/196701", "no label set");
        lifecycle.run(feed);
        long revision = store.put("cilium/.heartbeat", "now").value();
        await().until(() ->
                cache.view().filter(view -> view.revision() >= revision).isPresent());
    }

    private JsonNode json(String path) throws IOException {
        AdminClient.Answer answer = AdminClient.get(socket, path);
        assertThat(answer.ok()).as(answer.body()).isTrue();
        return AdminJson.mapper().readTree(answer.body());
    }

    private JsonNode problem(String path, int status) throws IOException {
        AdminClient.Answer answer = AdminClient.get(socket, path);
        JsonNode body = AdminJson.mapper().readTree(answer.body());
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(body.path("status").asInt()).isEqualTo(status);
        assertThat(body.path("detail").asText()).isNotEmpty();
        assertThat(body.path("instance").asText()).isEqualTo(path.replaceAll("\\?.*", ""));
        return body;
    }

    private List<String> ids(String query, boolean changing) throws IOException {
        List<String> ids = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = json("/v1/identities?" + query + next);
            assertThat(page.path("items").size()).isLessThanOrEqualTo(7);
            page.path("items").forEach(item -> ids.add(item.path("id").asText()));
            next = page.path("continue").isNull()
                    ? ""
                    : "&continue=" + page.path("continue").asText();
            if (changing) {
                store.delete("cilium/state/identities/v1/id/65824");
                store.put("cilium/cache/identities/v1/east/id/131000", LABELS.formatted("late", "east"));
            }
        } while (!next.isEmpty());
        return ids;
    }

    @Test
    void shouldDescribeExactlyWhatItServes() {
        assertThat(document.paths()).isEqualTo(new TreeSet<>(api.paths()));
        assertThat(api.routes())
                .isNotEmpty()
                .allSatisfy(route -> assertThat(document.methods(route.path()))
                        .as(route.path())
                        .contains(route.method().toLowerCase(Locale.ROOT)))
                .allSatisfy(route -> assertThat(document.query(route.path(), route.method()))
                        .as(route.path())
                        .isEqualTo(route.query().orElse(Set.of())));
        assertThat(document.document().path("openapi").asText()).isEqualTo("3.1.0");
    }

    @Test
    void shouldPageThroughEveryClusterAtOneRevisionWhateverChanges() throws IOException {
        follow();
        List<String> expected = new ArrayList<>();
        IntStream.range(65_800, 65_825).forEach(id -> expected.add(Integer.toString(id)));
        IntStream.range(131_100, 131_125).forEach(id -> expected.add(Integer.toString(id)));
        expected.add("196700");

        assertThat(ids("limit=7", true)).isEqualTo(expected);
        assertThat(ids("limit=7", false))
                .as("a new list sees the changes")
                .contains("131000")
                .doesNotContain("65824");
    }

    @Test
    void shouldCountWhatItCannotRead() throws IOException {
        follow();

        assertThat(json("/v1/identities?cluster=eu").path("malformed").asInt()).isEqualTo(1);
    }

    @Test
    void shouldFilterByClusterAndLabel() throws IOException {
        follow();

        assertThat(ids("limit=7&cluster=east", false)).hasSize(25).allMatch(id -> id.startsWith("1311"));
        assertThat(ids("limit=7&cluster=west&label=app=cart", false))
                .containsExactly("65800", "65805", "65810", "65815", "65820");
        assertThat(ids("limit=7&label=k8s:app=db", false)).containsExactly("196700");
        assertThat(ids("limit=7&label=reserved:app", false)).isEmpty();
    }

    @Test
    void shouldSayHowOldEveryRowIs() throws IOException {
        follow();

        JsonNode row = json("/v1/identities/131100");
        assertThat(row.path("cluster").asText()).isEqualTo("east");
        assertThat(row.path("age").asText()).as("as its connection says").isEqualTo("PT1M30S");
        assertThat(json("/v1/identities/65800").path("age").asText()).startsWith("PT");
        assertThat(json("/v1/identities/196700").path("age").isNull())
                .as("nobody holds a connection to eu")
                .isTrue();
    }

    @Test
    void shouldKnowClustersByConnectionAndByData() throws IOException {
        follow();

        JsonNode clusters = json("/v1/clusters").path("items");
        assertThat(clusters.findValuesAsText("name")).containsExactly("west", "east", "eu");
        assertThat(clusters.at("/1/counts/identities").asInt()).isEqualTo(25);
        assertThat(clusters.at("/1/ready").asBoolean()).isFalse();
        assertThat(json("/v1/clusters/east")
                        .at("/connection/lastFailure/reason")
                        .asText())
                .contains("is it up");
        assertThat(json("/v1/connections").at("/items/0/state").asText()).isEqualTo("STALE");
        assertThat(json("/v1/connections").at("/items/0/owner").asText()).isEqualTo("west-1");
    }

    @Test
    void shouldAnswerAsItsDocumentSays() throws IOException {
        follow();
        events.warn(new Warning("peer east", "Refused", "it may not say that; mend it"));
        hops.mark(HopTrace.Hop.PEER_RECEIVED, "shop/cart", "east");
        for (String path : List.of(
                "/livez",
                "/readyz",
                "/healthz",
                "/v1/clusters",
                "/v1/connections",
                "/v1/services",
                "/v1/identities",
                "/v1/endpoints",
                "/v1/nodes",
                "/v1/events",
                "/v1/hops")) {
            assertThat(document.faults(path, 200, json(path))).as(path).isEmpty();
        }
        assertThat(document.faults("/v1/clusters/{name}", 200, json("/v1/clusters/east")))
                .isEmpty();
        assertThat(document.faults("/v1/identities/{id}", 200, json("/v1/identities/65800")))
                .isEmpty();
        assertThat(document.faults("/v1/clusters", 200, json("/v1/identities")))
                .as("the check itself")
                .isNotEmpty();
    }

    @Test
    void shouldShowEveryCopyOfAServiceThatEtcdHas() throws IOException {
        store.put("clustermesh/state/services/v1/west/shop/cart", """
                {"cluster":"west","namespace":"shop","name":"cart","frontends":["10.101.0.9"],"ports":[{"name":"http","protocol":"TCP","port":80}],"affinity":"local","backends":[{"ip":"10.1.1.15","ports":{"http":{"protocol":"TCP","port":8080}},"state":"active"},{"ip":"10.1.1.16","ports":{"http":{"protocol":"TCP","port":8080}},"state":"terminating"}]}""");
        String exported = """
                {"cluster":"%s","clusterID":%d,"namespace":"shop","name":"cart","frontends":{},"backends":{"%s":{"http":{"Protocol":"TCP","Port":8080}}},"shared":true}""";
        store.put("cilium/state/services/v1/west/shop/cart", exported.formatted("west", 1, "10.1.1.15"));
        store.put("cilium/cache/services/v1/east/shop/cart", exported.formatted("east", 2, "fd00::2"));
        store.put("cilium/cache/services/v1/eu/shop/cart", "noise");
        hops.mark(HopTrace.Hop.MIRRORED, "shop/cart", "east");
        follow();

        JsonNode explained = json("/v1/explain/shop/cart");

        assertThat(document.faults("/v1/explain/{namespace}/{name}", 200, explained))
                .isEmpty();
        assertThat(explained.findValuesAsText("hop")).containsExactly("OWN", "EXPORT", "MIRROR", "MIRROR");
        assertThat(explained.at("/copies/0/backends").toString())
                .isEqualTo(
                        "[{\"address\":\"10.1.1.15:8080/TCP\",\"active\":true},{\"address\":\"10.1.1.16:8080/TCP\",\"active\":false}]");
        assertThat(explained.at("/copies/0/at").isNull()).isTrue();
        assertThat(explained.at("/copies/2/cluster").asText()).isEqualTo("east");
        assertThat(explained.at("/copies/2/at").isNull()).isFalse();
        assertThat(explained.at("/copies/2/backends/0/address").asText()).isEqualTo("[fd00::2]:8080/TCP");
        assertThat(explained.at("/copies/3/readable").asBoolean()).isFalse();
        problem("/v1/explain/shop/none", 404);
    }

    @Test
    void shouldExplainEveryRefusalAsAProblem() throws IOException {
        JsonNode early = problem("/v1/identities", 503);
        assertThat(early.path("detail").asText()).contains("etcd has not been read once");
        assertThat(document.faults("/v1/identities", 503, early)).isEmpty();
        follow();
        Map<String, Integer> refused = Map.of(
                "/v1/identities?limit=0", 400,
                "/v1/identities?limit=many", 400,
                "/v1/identities?limit=100000", 400,
                "/v1/identities?continue=%25%25", 400,
                "/v1/identities?label==x", 400,
                "/v1/identities?colour=red", 400,
                "/v1/identities/first", 400,
                "/v1/services/shop/nothing", 404,
                "/v1/clusters/mars", 404,
                "/v1/nonsense", 404);
        for (Map.Entry<String, Integer> request : refused.entrySet()) {
            JsonNode problem = problem(request.getKey(), request.getValue());
            assertThat(document.faults("/v1/services", request.getValue() == 404 ? 500 : 400, problem))
                    .isEmpty();
        }
        assertThat(problem("/v1/identities?colour=red", 400).path("detail").asText())
                .contains("colour", "cluster", "continue", "label", "limit");
    }

    @Test
    void shouldSendAClientBackWhoseTokenIsTooOldOrTooNew() throws IOException {
        follow();
        String old = json("/v1/identities?limit=1").path("continue").asText();
        long last = 0;
        for (int i = 0; i < 40; i++) {
            last = store.put("cilium/.heartbeat", "beat " + i).value();
        }
        long revision = last;
        await().until(() ->
                cache.view().filter(view -> view.revision() >= revision).isPresent());

        assertThat(problem("/v1/identities?continue=" + old, 410).path("detail").asText())
                .contains("start again");
        String ahead = new PageRequest.Token(revision + 1000, "").text();
        assertThat(problem("/v1/identities?continue=" + ahead, 503)
                        .path("detail")
                        .asText())
                .contains("in a moment");
    }
}
