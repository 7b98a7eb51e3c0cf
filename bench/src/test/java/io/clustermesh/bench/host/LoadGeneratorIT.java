package io.clustermesh.bench.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The load generator, as the build compiled it, on a real etcd. Short runs: they prove that it counts, not how fast. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadGeneratorIT {

    private EtcdServer etcd;
    private Workshop workshop;
    private LoadGenerator generator;

    @BeforeAll
    void start() {
        etcd = EtcdServer.start();
        workshop = Workshop.open(Clock.system());
        generator = new LoadGenerator(Path.of("target/etcdload").toAbsolutePath(), workshop);
    }

    @AfterAll
    void stop() {
        Path folder = workshop.folder();
        workshop.close();
        etcd.close();
        assertThat(Files.exists(folder)).isFalse();
    }

    private Measured run(String... arguments) {
        return generator.run(Cores.ANY, List.of(arguments));
    }

    private String url() {
        return etcd.endpoint().toString();
    }

    @Test
    void shouldDeliverEveryEventToEveryWatcher() {
        Measured seen = run(
                "fanout",
                "--put",
                url(),
                "--watch",
                url(),
                "--watchers",
                "5",
                "--connections",
                "2",
                "--prefix",
                "a/",
                "--clients",
                "2",
                "--outstanding",
                "2",
                "--warm",
                "0",
                "--seconds",
                "0.3");

        assertThat(seen.get("puts")).isPositive();
        assertThat(seen.get("refused")).isZero();
        assertThat(seen.get("events")).isGreaterThan(seen.get("puts"));
        assertThat(seen.get("event_p99_us")).isGreaterThanOrEqualTo(seen.get("event_p50_us"));
    }

    @Test
    void shouldListInPagesWhatItFilled() {
        run("fill", "--put", url(), "--prefix", "b/", "--keys", "1000", "--batch", "100", "--clients", "1");

        Measured whole = run("list", "--from", url(), "--prefix", "b/", "--keys", "1000", "--limit", "64");
        Measured sampled =
                run("list", "--from", url(), "--prefix", "b/", "--keys", "1000", "--limit", "10", "--every", "10");

        assertThat(whole.get("keys")).isEqualTo(1000);
        assertThat(whole.get("pages")).isEqualTo(16);
        assertThat(sampled.get("pages")).isEqualTo(10);
        assertThat(sampled.get("keys")).isEqualTo(100);
    }

    @Test
    void shouldFollowFromARevision() {
        run("fill", "--put", url(), "--prefix", "c/", "--keys", "300", "--batch", "1", "--clients", "2");

        try (Answering follower = generator.start(
                Cores.ANY,
                List.of("follow", "--watch", url(), "--prefix", "c/", "--revision", "1", "--until", "300"))) {
            assertThat(follower.next().get("watching")).isPositive();
            assertThat(follower.next().get("puts")).isEqualTo(300);
        }
    }

    @Test
    void shouldMeasureTwoHops() {
        Measured hops = run("relay", "--put", url(), "--watch", url(), "--changes", "5", "--rate", "100");

        assertThat(hops.get("hop_n")).isEqualTo(5);
        assertThat(hops.get("hop_p50_us")).isPositive();
    }

    @Test
    void shouldSayWhatItCouldNotReach() {
        int nobody = Machine.freePort();

        assertThatThrownBy(() -> run("list", "--from", "http://127.0.0.1:" + nobody))
                .isInstanceOf(BenchFailed.class)
                .hasMessageContaining("can't connect to http://127.0.0.1:" + nobody);
    }
}
