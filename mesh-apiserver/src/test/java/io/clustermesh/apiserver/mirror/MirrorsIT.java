package io.clustermesh.apiserver.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mirror between two real etcds, the peer's behind mutual TLS. */
class MirrorsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final Lifecycle lifecycle = new Lifecycle("test", Clock.system());
    private EtcdServer ours;
    private EtcdServer theirs;
    private EtcdKvStore local;
    private Mirrors mirrors;

    @BeforeEach
    void start() throws IOException {
        pki("east");
        pki("stranger");
        Files.createDirectories(folder.resolve("peers"));
        ours = lifecycle.own("our etcd", EtcdServer.start());
        theirs = lifecycle.own("their etcd", EtcdServer.start(leaf("east", "etcd-server")));
        local = lifecycle.own("store", EtcdKvStore.connect(EtcdTarget.plaintext(ours.endpoint()), Clock.system()));
        try (EtcdKvStore east =
                EtcdKvStore.connect(EtcdTarget.secure(theirs.endpoint(), leaf("east", "admin")), Clock.system())) {
            await().ignoreExceptions()
                    .until(() -> east.list(KeyRange.key("x")).entries().isEmpty());
            new PeerRecords(east, "east", 2).everything();
        }
        mirrors = Mirrors.start(
                new OwnCluster(new ClusterName("west"), new ClusterId(1), MeshSize.CLUSTERS_255, List.of()),
                local,
                folder.resolve("peers"),
                lifecycle.own(
                        "leadership",
                        Leadership.start(Leadership.Options.of("test", Duration.ofSeconds(2)), local, Clock.system())),
                new MirrorTools(
                        Clock.system(),
                        new HopTrace(Clock.system(), 100),
                        new EventLog(Clock.system(), 100),
                        Duration.ofMillis(50),
                        Duration.ofMillis(300),
                        "test",
                        MirrorLimits.DEFAULT),
                lifecycle);
    }

    @AfterEach
    void stop() {
        lifecycle.close();
    }

    private void pki(String cluster) {
        ClusterPki.issueAll(
                folder.resolve(cluster), new ClusterName(cluster), AlternativeNames.LOOPBACK, Clock.system());
    }

    private TlsFiles leaf(String cluster, String name) {
        Path pki = folder.resolve(cluster).resolve("pki");
        return new TlsFiles(pki.resolve("ca.crt"), pki.resolve(name + ".crt"), pki.resolve(name + ".key"));
    }

    private void connect(TlsFiles files) throws IOException {
        Files.writeString(folder.resolve("peers/east.yaml"), """
                endpoints:
                - %s
                trusted-ca-file: %s
                cert-file: %s
                key-file: %s
                """.formatted(
                        theirs.endpoint(), files.trust(), files.certificate(), files.key()));
    }

    private MirrorStatus east() {
        return mirrors.status().getFirst();
    }

    private void awaitState(MirrorStatus.State state) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(east().state()).as("%s", east()).isEqualTo(state));
    }

    @Test
    void shouldMirrorOverMutualTlsAndOutliveTheLossOfThePeer() throws IOException {
        connect(leaf("east", "remote"));
        awaitState(MirrorStatus.State.READY);
        assertThat(local.list(KeyRange.prefix(Keys.CACHE)).entries()).hasSize(4);

        theirs.down();

        awaitState(MirrorStatus.State.STALE);
        assertThat(local.list(KeyRange.prefix(Keys.CACHE)).entries()).hasSize(4);
        theirs.up();
        awaitState(MirrorStatus.State.READY);

        Files.delete(folder.resolve("peers/east.yaml"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                local.list(KeyRange.prefix(Keys.CILIUM)).entries())
                        .isEmpty());
    }

    @Test
    void shouldSayWhyAHandshakeFailsAndPickUpTheRightCertificate() throws IOException {
        Path pki = Files.createDirectories(folder.resolve("used"));
        TlsFiles used = new TlsFiles(pki.resolve("ca.crt"), pki.resolve("remote.crt"), pki.resolve("remote.key"));
        copy(
                new TlsFiles(
                        leaf("stranger", "remote").trust(),
                        leaf("stranger", "remote").certificate(),
                        leaf("stranger", "remote").key()),
                used);
        connect(used);
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(
                                east().connection().lastFailure().orElseThrow().reason())
                        .contains("because", "certification path"));

        copy(leaf("east", "remote"), used);

        awaitState(MirrorStatus.State.READY);
    }

    private static void copy(TlsFiles from, TlsFiles to) throws IOException {
        Files.copy(from.trust(), to.trust(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.certificate(), to.certificate(), StandardCopyOption.REPLACE_EXISTING);
    }
}
