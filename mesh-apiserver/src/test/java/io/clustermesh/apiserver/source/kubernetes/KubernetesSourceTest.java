package io.clustermesh.apiserver.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.apiserver.source.KindStatus;
import io.clustermesh.apiserver.source.KindStatus.State;
import io.clustermesh.apiserver.source.KubePod;
import io.clustermesh.apiserver.source.kubernetes.FakeApi.Answer;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What API servers do seldom. */
final class KubernetesSourceTest {

    private final FakeApi api = new FakeApi();
    private final Heard heard = new Heard();
    private final Lifecycle lifecycle = new Lifecycle("test", Clock.system());

    @AfterEach
    void stop() {
        lifecycle.close();
        api.close();
    }

    @Test
    void shouldFollowPages() {
        api.pods("10", "two", FakeApi.pod("a", "10.0.0.1"));
        api.pods("10", "", FakeApi.pod("b", "10.0.0.2"));
        start();

        await().until(() -> heard.names().containsAll(List.of("Pod shop/a", "Pod shop/b")));
        await().until(() -> api.asked().size() >= 3);
        assertThat(api.asked().get(1)).contains("continue=two");
        assertThat(api.asked().get(2)).contains("watch=1", "resourceVersion=10", "allowWatchBookmarks=true");
    }

    @Test
    void shouldListAtOnceIfAPageExpires() {
        api.pods("10", "two", FakeApi.pod("a", "10.0.0.1"));
        api.list(410, "{\"kind\":\"Status\",\"code\":410,\"message\":\"expired\"}");
        api.pods("20", "", FakeApi.pod("b", "10.0.0.2"));
        KubernetesSource source = start();

        await().until(() -> pods(source).synced());
        assertThat(heard.names()).containsExactly("Pod shop/b");
        assertThat(api.asked().get(2)).doesNotContain("limit=");
    }

    @Test
    void shouldReadEventsInWhateverPiecesTheyCome() {
        api.pods("10", "", FakeApi.pod("a", "10.0.0.1"));
        String event = "{\"type\":\"ADDED\",\"object\":%s}\n{\"type\":\"DELETED\",\"object\":%s}\n"
                .formatted(FakeApi.pod("b", "10.0.0.2"), FakeApi.pod("a", "10.0.0.1"));
        api.watch(new Answer.Stays(List.of(event.substring(0, 30), event.substring(30, 150), event.substring(150))));
        start();

        await().until(() -> heard.names().equals(Set.of("Pod shop/b")));
    }

    @Test
    void shouldGoOnFromABookmark() {
        api.pods("10", "");
        api.watch(new Answer.Ends(List.of(
                "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"resourceVersion\":\"77\"}}}\n")));
        start();

        await().until(() -> api.asked().stream().anyMatch(query -> query.contains("resourceVersion=77")));
        assertThat(api.asked().stream().filter(query -> !query.contains("watch=1")))
                .hasSize(1);
    }

    @Test
    void shouldListAgainWhenAWatchIsToldThatHistoryIsGone() {
        api.pods("10", "", FakeApi.pod("a", "10.0.0.1"), FakeApi.pod("b", "10.0.0.2"));
        api.watch(new Answer.Ends(List.of(
                "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"message\":\"too old\"}}\n")));
        api.pods("30", "", FakeApi.pod("b", "10.0.0.9"));
        KubernetesSource source = start();

        await().until(() -> pods(source).lists() == 2);
        await().until(() -> !heard.names().contains("Pod shop/a"));
        assertThat(heard.object("Pod shop/b"))
                .isInstanceOfSatisfying(
                        KubePod.class, pod -> assertThat(pod.placement().ips()).hasToString("[10.0.0.9]"));
    }

    @Test
    void shouldListAgainIfNoWatchWillBegin() {
        api.pods("999", "", FakeApi.pod("a", "10.0.0.1"));
        for (int i = 0; i < 3; i++) {
            api.watch(new Answer.Whole(504, "{\"kind\":\"Status\",\"code\":504,\"message\":\"too large\"}"));
        }
        api.pods("5", "");
        KubernetesSource source = start();

        await().until(() -> pods(source).lists() == 2);
        await().until(() -> heard.names().isEmpty());
    }

    @Test
    void shouldListAgainAfterAPageThatBrokeOff() {
        api.list(200, "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"10\"},\"items\":[{\"metadata\":{\"na");
        api.pods("11", "", FakeApi.pod("a", "10.0.0.1"));
        KubernetesSource source = start();

        await().until(() -> heard.names().contains("Pod shop/a"));
        assertThat(pods(source).failures()).isEqualTo(1);
        await().until(() -> pods(source).state() == State.WATCHING);
        assertThat(source.status().errors()).isEmpty();
    }

    @Test
    void shouldKeepTheLastGoodStateOfAnObjectThatBreaksARule() {
        api.pods("10", "", FakeApi.pod("a", "10.0.0.1"));
        api.watch(new Answer.Stays(
                List.of("{\"type\":\"MODIFIED\",\"object\":%s}\n".formatted(FakeApi.pod("a", "no address")))));
        KubernetesSource source = start();

        await().until(() -> !source.status().errors().isEmpty());
        assertThat(heard.names()).containsExactly("Pod shop/a");
        assertThat(source.status().errors().getFirst().message()).contains("Pod shop/a", "status.podIP");
        assertThat(heard.errors()).hasSize(1);
    }

    @Test
    void shouldSayThatTheTokenIsNotTaken() {
        for (int i = 0; i < 50; i++) {
            api.list(401, "{\"kind\":\"Status\",\"code\":401,\"message\":\"Unauthorized\"}");
        }
        KubernetesSource source = start();

        await().until(() -> pods(source).state() == State.DENIED);
        assertThat(pods(source).problem().orElseThrow()).contains("Unauthorized");
        assertThat(source.status().synced()).isFalse();
    }

    private KubernetesSource start() {
        KubernetesSource source =
                new KubernetesSource(lifecycle.own("connection", api.connection()), lifecycle.clock());
        source.start(heard, lifecycle);
        return source;
    }

    private static KindStatus pods(KubernetesSource source) {
        return source.status().kinds().stream()
                .filter(kind -> kind.kind().equals("Pod"))
                .findFirst()
                .orElseThrow();
    }
}
