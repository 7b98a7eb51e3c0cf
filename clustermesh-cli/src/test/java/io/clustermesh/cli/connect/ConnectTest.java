package io.clustermesh.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.cli.home.Homes;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectTest {

    @TempDir
    private Path folder = Path.of("");

    private static ClusterFile file(String name, int id) {
        return file(name, id, MeshSize.CLUSTERS_255, "10.%d.0.0/16".formatted(id), "10.%d.0.0/16".formatted(100 + id));
    }

    private static ClusterFile file(String name, int id, MeshSize size, String pods, String services) {
        return new ClusterFile(
                new ClusterName(name),
                new ClusterId(id),
                size,
                new ClusterFile.Blocks(List.of(Cidr.parse(pods)), List.of(Cidr.parse(services))),
                URI.create("https://172.30.%d.2:2379".formatted(id)));
    }

    private void make(ClusterFile file) {
        Path home = folder.resolve(file.name().value());
        AtomicFiles.write(home.resolve(ClusterHome.FILE), file.yaml());
        ClusterPki _ = ClusterPki.issueAll(home, file.name(), AlternativeNames.NONE, Clock.system());
    }

    private Connector connector() {
        return new Connector(Homes.in(folder), Clock.system());
    }

    /** Everything there is, names and contents of small text files. */
    private TreeSet<String> snapshot() {
        try (Stream<Path> tree = Files.walk(folder)) {
            return new TreeSet<>(tree.filter(Files::isRegularFile)
                    .map(path -> folder.relativize(path).toString())
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldHaveNothingAgainstTwoClustersThatFit() {
        assertThat(ConnectChecks.check(file("west", 1), file("east", 2))).isEmpty();
    }

    @Test
    void shouldNameEveryReasonWithItsRemedy() {
        ClusterFile west = file("west", 1);

        assertThat(ConnectChecks.check(west, west))
                .singleElement()
                .satisfies(o -> assertThat(o.remedy()).contains("can't be connected to itself"));
        assertThat(ConnectChecks.check(west, file("east", 1, MeshSize.CLUSTERS_255, "10.2.0.0/16", "10.102.0.0/16")))
                .singleElement()
                .satisfies(o -> assertThat(o.what()).contains("both have the id 1"));
        assertThat(ConnectChecks.check(west, file("east", 2, MeshSize.CLUSTERS_511, "10.2.0.0/16", "10.102.0.0/16")))
                .singleElement()
                .satisfies(o -> assertThat(o.what()).contains("255").contains("511"));
        assertThat(ConnectChecks.check(west, file("east", 2, MeshSize.CLUSTERS_255, "10.1.128.0/17", "10.102.0.0/16")))
                .singleElement()
                .satisfies(o -> assertThat(o.what()).contains("pod CIDR 10.1.0.0/16", "10.1.128.0/17"));
        assertThat(ConnectChecks.check(west, file("east", 2, MeshSize.CLUSTERS_255, "10.2.0.0/16", "10.0.0.0/8")))
                .singleElement()
                .satisfies(o -> assertThat(o.what()).contains("service CIDR"));
        assertThat(ConnectChecks.check(west, file("east", 1, MeshSize.CLUSTERS_511, "10.1.0.0/16", "10.101.0.0/16")))
                .hasSize(4);
    }

    @Test
    void shouldReadBackWhatAClusterSaysOfItself() {
        ClusterFile file = file("west", 1);

        assertThat(ClusterFile.read(Settings.of(folder.resolve("cluster.yaml"), file.yaml())))
                .isEqualTo(file);
    }

    @Test
    void shouldTellEachSideWhereTheOtherIs() throws IOException {
        make(file("west", 1));
        make(file("east", 2));

        connector().connect("west", "east");

        assertThat(Files.readString(folder.resolve("west/peers/east.yaml")))
                .contains("https://172.30.2.2:2379")
                .contains("west/trust/east.crt")
                .contains("west/pki/remote.key");
        assertThat(folder.resolve("west/trust/east.crt")).hasSameTextualContentAs(folder.resolve("east/pki/ca.crt"));
        assertThat(folder.resolve("east/trust/west.crt")).hasSameTextualContentAs(folder.resolve("west/pki/ca.crt"));
        assertThat(folder.resolve("east/peers/west.yaml")).exists();
    }

    @Test
    void shouldRefuseToConnectTwiceAndRepairHalfAConnection() throws IOException {
        make(file("west", 1));
        make(file("east", 2));
        connector().connect("west", "east");

        assertThatThrownBy(() -> connector().connect("east", "west"))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("connected already");
        Files.delete(folder.resolve("west/peers/east.yaml"));
        connector().connect("west", "east");
        assertThat(folder.resolve("west/peers/east.yaml")).exists();
    }

    @Test
    void shouldChangeNothingWhenClustersDoNotFit() {
        make(file("west", 1));
        make(file("east", 1));
        TreeSet<String> before = snapshot();

        assertThatThrownBy(() -> connector().connect("west", "east")).isInstanceOf(CommandFailed.class);
        assertThatThrownBy(() -> connector().connect("west", "north"))
                .hasMessageContaining("there is no cluster \"north\"");

        assertThat(snapshot()).isEqualTo(before);
    }

    @Test
    void shouldLeaveNoHalfConnectionWhenTheSecondHalfFails() throws IOException {
        make(file("west", 1));
        make(file("east", 2));
        Files.delete(folder.resolve("west/pki/ca.crt"));
        Files.copy(folder.resolve("east/pki/ca.crt"), folder.resolve("west/pki/ca.crt"));
        TreeSet<String> before = snapshot();

        assertThatThrownBy(() -> connector().connect("east", "west")).isInstanceOf(RuntimeException.class);

        assertThat(snapshot()).isEqualTo(before);
    }

    @Test
    void shouldPartWhatWasConnectedAlsoFromOneSide() throws IOException {
        make(file("west", 1));
        make(file("east", 2));
        TreeSet<String> before = snapshot();
        connector().connect("west", "east");

        assertThat(connector().disconnect("west", "east")).isTrue();
        assertThat(snapshot()).isEqualTo(before);
        assertThat(connector().disconnect("west", "east")).isFalse();

        connector().connect("west", "east");
        Files.delete(folder.resolve("east/cluster.yaml"));
        assertThat(connector().disconnect("west", "east")).isTrue();
        assertThat(folder.resolve("west/peers/east.yaml")).doesNotExist();
    }
}
