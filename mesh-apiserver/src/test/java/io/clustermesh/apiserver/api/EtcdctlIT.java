package io.clustermesh.apiserver.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.LeafName;
import io.clustermesh.certs.LeafRequest;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.tls.TlsFiles;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real etcd behind, the real {@code etcdctl} in front. */
class EtcdctlIT {

    @TempDir
    private static Path directory;

    private static EtcdServer etcd;
    private static KvStore store;
    private static ApiRig rig;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.start();
        store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());
        put("cilium/state/nodes/v1/west/node1", "n1");
        put("cilium/state/nodes/v1/west/node2", "n2");
        put("cilium/cache/nodes/v1/north/node9", "n9");
        put("cilium/cluster-config/west", "{}");
        put("cilium/cluster-config/north", "{}");
        put("clustermesh/state/services/v1/west/shop/cart", "{}");
        rig = new ApiRig(directory, store, CacheLimits.DEFAULT);
    }

    @AfterAll
    static void stop() {
        if (rig != null) {
            rig.close();
            etcd.close();
        }
    }

    @Test
    void shouldListAPrefixInKeyOrder() {
        Etcdctl.Result result = as(rig.peerEast()).run("get", "--prefix", "cilium/state/");

        assertThat(result.code()).isZero();
        assertThat(result.lines())
                .containsExactly("cilium/state/nodes/v1/west/node1", "n1", "cilium/state/nodes/v1/west/node2", "n2");
    }

    @Test
    void shouldShowEverythingToTheAdministrator() {
        Etcdctl.Result result = as(rig.admin()).run("get", "", "--prefix", "--keys-only");

        assertThat(result.lines())
                .contains("cilium/cache/nodes/v1/north/node9", "clustermesh/state/services/v1/west/shop/cart");
    }

    @Test
    void shouldReplayAndFollowAWatch() throws IOException {
        long from = put("cilium/state/ip/v1/default/10.1.1.1", "a").value();
        put("cilium/state/ip/v1/default/10.1.1.2", "b");
        Path output = Etcdctl.temporary();
        Process watch = as(rig.peerEast()).start(output, "watch", "--prefix", "cilium/state/ip/", "--rev=" + from);
        try {
            await().until(() -> Etcdctl.text(output).contains("10.1.1.2"));
            put("cilium/state/ip/v1/default/10.1.1.3", "c");
            delete("cilium/state/ip/v1/default/10.1.1.1");
            await().until(() -> Etcdctl.text(output).contains("DELETE"));
        } finally {
            watch.destroyForcibly();
        }

        assertThat(Etcdctl.text(output).lines())
                .containsExactly(
                        "PUT",
                        "cilium/state/ip/v1/default/10.1.1.1",
                        "a",
                        "PUT",
                        "cilium/state/ip/v1/default/10.1.1.2",
                        "b",
                        "PUT",
                        "cilium/state/ip/v1/default/10.1.1.3",
                        "c",
                        "DELETE",
                        "cilium/state/ip/v1/default/10.1.1.1",
                        "");
    }

    @Test
    void shouldTellAWatchOfForgottenHistory() {
        Etcdctl.Result result = as(rig.peerEast()).run("watch", "--prefix", "cilium/state/", "--rev=1");

        assertThat(result.output()).contains("required revision has been compacted");
    }

    @Test
    void shouldPassForAHealthyMember() {
        Etcdctl admin = as(rig.admin());

        assertThat(admin.run("endpoint", "health").output()).contains("is healthy");
        assertThat(as(rig.peerEast()).run("endpoint", "health").output()).contains("is healthy");
        assertThat(as(rig.local()).run("endpoint", "health").output()).contains("is healthy");
        assertThat(admin.run("endpoint", "status").output()).contains("3.4.0").contains("true");
        assertThat(admin.run("member", "list").output()).contains("mesh-apiserver-west", "https://127.0.0.1:2379");
    }

    @Test
    void shouldRefuseToWrite() {
        Etcdctl admin = as(rig.admin());

        assertThat(admin.run("put", "cilium/x", "y").output()).contains("etcdserver: permission denied");
        assertThat(admin.run("del", "cilium/x").output()).contains("etcdserver: permission denied");
        assertThat(admin.run("lease", "grant", "60").output()).contains("etcdserver: permission denied");
        assertThat(admin.run("user", "list").output()).contains("Unimplemented");
    }

    @Test
    void shouldKeepAPeerToItsRanges() {
        Etcdctl peer = as(rig.peerEast());

        assertThat(peer.run("get", "cilium/cluster-config/west").lines()).contains("{}");
        assertThat(peer.run("get", "cilium/cluster-config/north").output())
                .contains("etcdserver: permission denied", "remote-east", "cilium/state/*");
        assertThat(peer.run("get", "--prefix", "cilium/cache/").output()).contains("permission denied");
        assertThat(peer.run("get", "--prefix", "clustermesh/").output()).contains("permission denied");
        assertThat(peer.run("get", "--prefix", "cilium/").output()).contains("permission denied");
        assertThat(peer.run("watch", "--prefix", "cilium/cache/").output()).contains("permission denied");
        assertThat(as(rig.local()).run("get", "--prefix", "cilium/state/").output())
                .contains("permission denied");
    }

    @Test
    void shouldLetTheCaDecideWhatANameIsWorth() {
        assertThat(as(rig.madeByEast("local-west"))
                        .run("get", "--prefix", "cilium/cache/")
                        .output())
                .contains("permission denied", "local-west", "CA of east");
        assertThat(as(rig.madeByEast("admin-west"))
                        .run("get", "--prefix", "cilium/state/")
                        .output())
                .contains("permission denied");
        assertThat(as(rig.madeByWest("somebody"))
                        .run("get", "--prefix", "cilium/state/")
                        .output())
                .contains("permission denied");
        assertThat(as(rig.madeByWest("remote"))
                        .run("get", "--prefix", "cilium/state/")
                        .code())
                .isZero();
    }

    @Test
    void shouldRefuseTheHandshakeOfAStrangerAndOfNobody() {
        long before = rig.api().status().refused();

        Etcdctl.Result stranger = as(rig.stranger(directory)).run("get", "--prefix", "cilium/state/");
        assertThat(stranger.code()).isNotZero();
        await().until(() -> rig.api().status().refused() > before);
        assertThat(rig.api().status().lastRefusals()).singleElement().satisfies(refusal -> {
            assertThat(refusal.address()).isEqualTo("127.0.0.1");
            assertThat(refusal.cause()).contains("remote-nowhere");
            assertThat(refusal.remedy()).contains("clustermesh connect");
        });

        Etcdctl nobody = new Etcdctl("https://127.0.0.1:" + rig.api().port(), rig.caFile(), Optional.empty());
        assertThat(nobody.run("get", "--prefix", "cilium/state/").code()).isNotZero();
        await().until(() -> rig.api().status().lastRefusals().getFirst().cause().contains("certificate"));
    }

    @Test
    void shouldCutAPeerThatIsDisconnectedAndTakeItBack() {
        ManagedChannel channel = rig.channel(rig.peerEast());
        WatchClient watch = WatchClient.open(channel);
        watch.create(WatchClient.prefix("cilium/state/"));
        await().until(() -> !watch.responses().isEmpty());
        assertThat(rig.api().status().clients()).containsKey("remote-east");

        rig.disconnectEast();

        await().until(() -> watch.end().isPresent());
        assertThat(watch.end().orElseThrow().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(as(rig.peerEast()).run("get", "--prefix", "cilium/state/").code())
                .isNotZero();

        rig.connectEast();
        await().until(() ->
                as(rig.peerEast()).run("get", "--prefix", "cilium/state/").code() == 0);
        channel.shutdownNow();
    }

    @Test
    void shouldShowANewServerCertificateWithoutARestart() {
        rig.west()
                .ca()
                .issue(LeafRequest.server("renewed.west", AlternativeNames.LOOPBACK))
                .writeTo(rig.pkiFolder(), LeafName.SERVER.file());

        await().until(() -> ServerCertificates.shownBy(rig.api().port(), rig.admin())
                .getSubjectX500Principal()
                .getName()
                .contains("renewed.west"));
        assertThat(as(rig.admin()).run("endpoint", "health").code()).isZero();
    }

    private static Etcdctl as(TlsFiles client) {
        return new Etcdctl("https://127.0.0.1:" + rig.api().port(), rig.caFile(), Optional.of(client));
    }

    private static Revision put(String key, String value) {
        Txn.Outcome outcome = store.commit(
                Txn.of(List.of(new Txn.Op.Put(key, value.getBytes(StandardCharsets.UTF_8), Optional.empty()))));
        Revision revision = ((Txn.Outcome.Applied) outcome).revision();
        if (rig != null) {
            await().until(() -> rig.cache().view().orElseThrow().revision() >= revision.value());
        }
        return revision;
    }

    private static void delete(String key) {
        store.commit(Txn.of(List.of(new Txn.Op.Delete(key))));
    }
}
