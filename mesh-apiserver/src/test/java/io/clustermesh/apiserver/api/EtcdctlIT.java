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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
        rig = new ApiRig(directory, etcd, CacheLimits.DEFAULT, ServiceLimits.DEFAULT);
    }

    @AfterAll
    static void stop() {
        if (rig != null) {
            rig.close();
            store.close();
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
        as(rig.admin()).run("compaction", "3");

        Etcdctl.Result result = as(rig.peerEast()).run("watch", "--prefix", "cilium/state/", "--rev=2");

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
    void shouldWriteForTheAdministratorAndShowItAtOnce() {
        Etcdctl admin = as(rig.admin());

        for (int i = 0; i < 5; i++) {
            assertThat(admin.run("put", "other/x", "y" + i).output()).contains("OK");
            assertThat(admin.run("get", "other/x").lines()).containsExactly("other/x", "y" + i);
        }
        assertThat(admin.run("del", "other/x").lines()).containsExactly("1");
        assertThat(admin.run("get", "other/x").output()).isEmpty();
        assertThat(admin.run("put", "other/y", "z", "--lease=1234").output())
                .contains("etcdserver: requested lease not found");
        assertThat(admin.run("put", "other/large", "x".repeat(100_000)).output())
                .contains("OK");
    }

    @Test
    void shouldKeepLeasesForTheAdministrator() throws IOException {
        Etcdctl admin = as(rig.admin());
        String granted = admin.run("lease", "grant", "60").output();
        assertThat(granted).contains("granted with TTL(60s)");
        String lease = granted.split(" ")[1];
        admin.run("put", "other/leased", "1", "--lease=" + lease);

        assertThat(admin.run("lease", "list").output()).contains(lease);
        assertThat(admin.run("lease", "timetolive", lease, "--keys").output())
                .contains("granted with TTL(60s)", "leased");
        assertThat(admin.run("lease", "keep-alive", "--once", lease).output()).contains("keepalived with TTL(60)");
        assertThat(admin.run("lease", "revoke", lease).output()).contains("revoked");
        assertThat(admin.run("get", "other/leased").output()).isEmpty();
    }

    @Test
    void shouldRefuseWritesOfEverybodyElse() {
        for (TlsFiles reader : List.of(rig.local(), rig.peerEast(), rig.madeByWest("remote"))) {
            Etcdctl client = as(reader);
            String denied = "etcdserver: permission denied";
            assertThat(client.run("put", "cilium/state/x", "y").output()).contains(denied, "admin-<cluster>");
            assertThat(client.run("del", "--prefix", "cilium/").output()).contains(denied);
            assertThat(client.run("lease", "grant", "60").output()).contains(denied);
            assertThat(client.run("lease", "list").output()).contains(denied);
            assertThat(client.run("compaction", "1").output()).contains(denied);
            assertThat(client.run("alarm", "list").output()).contains(denied);
        }
        assertThat(rig.api().status().requests().writesRefused()).isGreaterThanOrEqualTo(18);
        assertThat(as(rig.admin()).run("user", "list").output()).contains("Unimplemented");
    }

    @Test
    void shouldDoEtcdsUpkeepForTheAdministrator() {
        Etcdctl admin = as(rig.admin());

        assertThat(admin.run("alarm", "list").code()).isZero();
        assertThat(admin.run("endpoint", "hashkv").code()).isZero();
        assertThat(admin.run("defrag").output()).contains("Finished defragmenting");
        Path snapshot = directory.resolve("snapshot.db");
        assertThat(admin.run("snapshot", "save", snapshot.toString()).output()).contains("Snapshot saved");
        assertThat(snapshot).isNotEmptyFile();
    }

    @Test
    void shouldGoOnWithoutPasswordForAClientThatHasOne() {
        assertThat(as(rig.admin())
                        .run("--user=root:secret", "get", "cilium/cluster-config/west")
                        .lines())
                .contains("{}");
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

    /** Section 1.12 of the wire format, and clustermesh/ for the cluster's own agents. */
    @Test
    void shouldShowEachRoleItsPrefixesAndNothingElse() {
        Set<String> peers = Set.of(
                "cilium/.heartbeat",
                "cilium/state/",
                "cilium/state/ip/v1/default/",
                "cilium/cluster-config/west=",
                "cilium/synced/west/",
                "health=");
        Set<String> agents = Set.of(
                "cilium/.heartbeat",
                "cilium/cache/",
                "cilium/cluster-config/",
                "cilium/cluster-config/west=",
                "cilium/synced/",
                "cilium/synced/west/",
                "cilium/state/ip/v1/default/",
                "clustermesh/",
                "health=");
        Set<String> everything = new HashSet<>(peers);
        everything.addAll(agents);
        everything.addAll(Set.of("cilium/", "other/", ""));
        Map<TlsFiles, Set<String>> rights = new LinkedHashMap<>();
        rights.put(rig.admin(), everything);
        rights.put(rig.local(), agents);
        rights.put(rig.peerEast(), peers);
        rights.put(rig.madeByWest("remote"), peers);
        rights.put(rig.madeByWest("remote-north"), peers);
        rights.put(rig.madeByWest("local-east"), Set.of());
        rights.put(rig.madeByWest("root"), Set.of());
        rights.put(rig.madeByEast("remote-north"), Set.of());

        rights.forEach((client, readable) -> everything.forEach(asked -> {
            boolean key = asked.endsWith("=");
            String range = key ? asked.substring(0, asked.length() - 1) : asked;
            Etcdctl.Result result =
                    key ? as(client).run("get", range) : as(client).run("get", "--prefix", range);
            assertThat(result.output().contains("etcdserver: permission denied"))
                    .as("%s reads %s: %s", client.certificate(), asked, result.output())
                    .isEqualTo(!readable.contains(asked));
            assertThat(result.code() == 0).isEqualTo(readable.contains(asked));
        }));
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
