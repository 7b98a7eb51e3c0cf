package io.clustermesh.apiserver.api;

import static io.clustermesh.apiserver.api.WatchClient.prefix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.clustermesh.apiserver.access.Role;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners beside the ordinary one: without TLS on loopback, and shared with another replica. */
class ListenersTest {

    private static final String URL = "https://127.0.0.1:2379";

    @TempDir
    private Path directory;

    private static ApiLimits limits(int maxEventsPerMessage) {
        return new ApiLimits(
                2, Duration.ofSeconds(30), Duration.ofMillis(50), ServiceLimits.DEFAULT, maxEventsPerMessage);
    }

    private static ApiEndpoint plaintext(Role.Kind role) {
        return new ApiEndpoint("127.0.0.1", 0, URL, false, Optional.of(new ApiEndpoint.Plaintext(0, role)));
    }

    private static RangeRequest key(String key) {
        return RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setSerializable(true)
                .build();
    }

    @Test
    void shouldServeWithoutTlsOnLoopbackInOneRole() throws Exception {
        InMemoryKvStore store = new InMemoryKvStore(7);
        store.put("cilium/state/nodes/v1/west/n1", "1");
        try (ApiRig rig = new ApiRig(directory, store, plaintext(Role.Kind.REMOTE), limits(1000))) {
            ManagedChannel channel = rig.plaintextChannel();
            KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);

            assertThat(kv.range(key("cilium/state/nodes/v1/west/n1")).getKvsCount())
                    .isEqualTo(1);
            assertThatThrownBy(() -> kv.range(key("cilium/cache/nodes/v1/north/n1")))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            refusal ->
                                    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
            assertThat(rig.api().status().clients()).containsEntry("remote", 1);
            for (InetAddress other : addressesBeyondLoopback()) {
                assertThatThrownBy(() -> new Socket(other, rig.api().plaintextPort()).close())
                        .as("reached through %s", other)
                        .isInstanceOf(java.net.ConnectException.class);
            }
            channel.shutdownNow();
        }
    }

    private static List<InetAddress> addressesBeyondLoopback() throws Exception {
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .toList();
    }

    @Test
    void shouldSendOneEventAMessageIfToldSo() {
        InMemoryKvStore store = new InMemoryKvStore(7);
        long first = store.put("cilium/state/a", "1").value();
        try (ApiRig rig = new ApiRig(directory, store, plaintext(Role.Kind.LOCAL), limits(1))) {
            for (int i = 0; i < 50; i++) {
                store.put("clustermesh/a", "value " + i);
            }
            await().until(() -> rig.cache().view().orElseThrow().revision() == first + 50);
            ManagedChannel channel = rig.plaintextChannel();
            WatchClient watch = WatchClient.open(channel);

            watch.create(prefix("clustermesh/").setStartRevision(first + 1));

            await().until(() -> watch.events().size() == 50);
            assertThat(watch.responses())
                    .hasSize(51)
                    .extracting(WatchResponse::getEventsCount)
                    .allMatch(count -> count <= 1);
            channel.shutdownNow();
        }
    }

    @Test
    void shouldShareItsPortWithAnotherReplica() {
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "SO_REUSEPORT spreads on Linux only");
        try (ApiRig one = new ApiRig(
                        directory.resolve("one"),
                        new InMemoryKvStore(7),
                        new ApiEndpoint("127.0.0.1", 0, URL, true, Optional.empty()),
                        limits(1000));
                ApiRig two = new ApiRig(
                        directory.resolve("two"),
                        new InMemoryKvStore(7),
                        new ApiEndpoint("127.0.0.1", one.api().port(), URL, true, Optional.empty()),
                        limits(1000))) {

            assertThat(two.api().port()).isEqualTo(one.api().port());
            assertThatThrownBy(() -> new ApiRig(
                            directory.resolve("three"),
                            new InMemoryKvStore(7),
                            new ApiEndpoint("127.0.0.1", one.api().port(), URL),
                            limits(1000)))
                    .hasMessageContaining(
                            "can't listen on 127.0.0.1:" + one.api().port());
        }
    }
}
