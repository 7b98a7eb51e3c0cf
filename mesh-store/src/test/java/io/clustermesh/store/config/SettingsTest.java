package io.clustermesh.store.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.clustermesh.model.ClusterName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static final Path FILE = Path.of("/etc/clustermesh/west.yaml");

    private static Settings settings(String yaml) {
        return Settings.of(FILE, yaml);
    }

    @Test
    void shouldReadEveryKindOfSetting() {
        Settings settings = settings("""
                cluster:
                  name: west
                  id: 1
                admin: {socket: run/admin.sock}
                pods: [10.1.0.0/16, "fd10:1::/48"]
                interval: 250ms
                debug: true
                """);

        assertThat(settings.parsed("cluster.name", "west", ClusterName::new)).isEqualTo(new ClusterName("west"));
        assertThat(settings.integer("cluster.id", 1, 511)).isEqualTo(1);
        assertThat(settings.path("admin.socket")).isEqualTo(Path.of("/etc/clustermesh/run/admin.sock"));
        assertThat(settings.texts("pods")).containsExactly("10.1.0.0/16", "fd10:1::/48");
        assertThat(settings.duration("interval", Duration.ZERO)).isEqualTo(Duration.ofMillis(250));
        assertThat(settings.flag("debug", false)).isTrue();
        settings.done();
    }

    @Test
    void shouldTakeAValueFromOutsideInsteadOfItsOwn() {
        Settings settings = settings("cluster: {name: west, id: 1}")
                .with("cluster.name", "east")
                .with("health.listen", "127.0.0.1:9880");

        assertThat(settings.text("cluster.name")).isEqualTo("east");
        assertThat(settings.integer("cluster.id", 1, 511)).isEqualTo(1);
        assertThat(settings.text("health.listen")).isEqualTo("127.0.0.1:9880");
        settings.done();
    }

    @Test
    void shouldRefuseAPathThatGoesThroughAValue() {
        Settings settings = settings("admin: off");

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> settings.with("admin.socket", "x"))
                .withMessageContaining("admin is no section");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> settings.with("admin..socket", "x"))
                .withMessageContaining("no path");
    }

    @Test
    void shouldReadAListOfSections() {
        Settings settings = settings("""
                neighbors:
                  - {address: 172.30.1.1, asn: 65001}
                  - {address: 172.30.2.1, asm: 65002}
                """);

        assertThat(settings.count("neighbors")).isEqualTo(2);
        assertThat(settings.text("neighbors.0.address")).isEqualTo("172.30.1.1");
        assertThat(settings.integer("neighbors.0.asn", 1, 70000)).isEqualTo(65001);
        assertThat(settings.text("neighbors.1.address")).isEqualTo("172.30.2.1");
        assertThat(settings.count("listeners")).isZero();
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(settings::done)
                .withMessageContaining("neighbors.1.asm");
    }

    @Test
    void shouldFallBackWhereASettingMayBeMissing() {
        Settings settings = settings("");

        assertThat(settings.text("a", "x")).isEqualTo("x");
        assertThat(settings.integer("b.c", 7, 1, 9)).isEqualTo(7);
        assertThat(settings.flag("d", true)).isTrue();
        assertThat(settings.duration("e", Duration.ofMinutes(5))).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.path("f", "log")).isEqualTo(Path.of("/etc/clustermesh/log"));
        assertThat(settings.texts("g")).isEmpty();
        assertThat(settings.parsedIfAny("h", "west", ClusterName::new)).isEmpty();
        settings.done();
    }

    @Test
    void shouldReportAllMistakesTogether() {
        Settings settings = settings("""
                cluster: {name: West_1, id: 900}
                admin: {socet: x}
                interval: soon
                list: {a: 1}
                """);
        settings.parsed("cluster.name", "west", ClusterName::new);
        settings.integer("cluster.id", 1, 511);
        settings.path("admin.socket");
        settings.duration("interval", Duration.ZERO);
        settings.text("list");

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(settings::done)
                .withMessageStartingWith("/etc/clustermesh/west.yaml has 6 mistakes:")
                .withMessageContaining("cluster.name is wrong: cluster name \"West_1\" breaks the rule")
                .withMessageContaining("cluster.id is wrong: 900 is outside 1..511")
                .withMessageContaining("admin.socket is missing; write admin.socket: some/file")
                .withMessageContaining("admin.socet is no setting; remove it; known are admin.socket")
                .withMessageContaining("interval is wrong: \"soon\" is no length of time")
                .withMessageContaining("list is a map where one value belongs");
    }

    @Test
    void shouldTakeTheRecordsOwnRuleAsAMistake() {
        record Span(int from, int to) {
            Span {
                if (from > to) {
                    throw new IllegalArgumentException("from %d is after to %d".formatted(from, to));
                }
            }
        }
        Settings settings = settings("{from: 5, to: 3}");

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() ->
                        settings.into(() -> new Span(settings.integer("from", 0, 9), settings.integer("to", 0, 9))))
                .withMessageContaining("from 5 is after to 3");
    }

    @Test
    void shouldReturnTheRecordIfAllIsWell() {
        Settings settings = settings("name: west");

        assertThat(settings.into(() -> settings.parsed("name", "west", ClusterName::new)))
                .isEqualTo(new ClusterName("west"));
    }

    @ParameterizedTest
    @CsvSource({"1s, PT1S", "90m, PT90M", "2h, PT2H", "1d, PT24H", "PT0.5S, PT0.5S", "20ms, PT0.02S"})
    void shouldReadDurations(String text, Duration expected) {
        assertThat(settings("t: " + text).duration("t", Duration.ZERO)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: [", "a: 1\na: 2", "- a\n- b", "just text"})
    void shouldRefuseWhatIsNoMapOfSettings(String yaml) {
        assertThatExceptionOfType(ConfigException.class).isThrownBy(() -> settings(yaml));
    }

    @Test
    void shouldSayThatAFileIsMissing(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("west.yaml");

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> Settings.read(file))
                .withMessageContaining("west.yaml")
                .withMessageContaining("does not exist");

        Files.writeString(file, "name: west");
        assertThat(Settings.read(file).text("name")).isEqualTo("west");
    }
}
