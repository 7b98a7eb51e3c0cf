package io.clustermesh.nodesync.ipcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.IpcacheEntry;
import io.clustermesh.bpf.maps.MemoryIpCache;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.ExportMode;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Keys;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.nodesync.agent.Changes;
import io.clustermesh.nodesync.ipcache.IpcacheKeeper.Source;
import io.clustermesh.store.sync.Change;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IpcacheKeeperTest {

    private static final int OWN = 65_537;
    private static final int EAST = 131_073;

    private final MemoryIpCache map = new MemoryIpCache(3);
    private final IpcacheKeeper keeper = new IpcacheKeeper(new ClusterName("west"), new ClusterId(1), map);

    @Test
    void shouldWriteWhatTheOwnClusterAndPeersSay() {
        own("10.1.0.7", OWN);
        own("fd01::7", OWN);
        peer("east", "10.2.0.9", EAST);
        keeper.take(Source.PEER_CONFIGS, Changes.config("east", 2, ExportMode.SERVICES_AND_SLICES));
        keeper.settle();

        assertThat(at("10.1.0.7")).contains(entry(OWN, 1));
        assertThat(at("fd01::7")).contains(entry(OWN, 1));
        assertThat(at("10.2.0.9")).contains(entry(EAST, 2));
        assertThat(at("10.2.0.10")).isEmpty();

        keeper.take(Source.PEERS, new Change.Delete(Keys.CACHED_IPS + "east/10.2.0.9"));
        allRead();
        keeper.settle();

        assertThat(at("10.2.0.9")).isEmpty();
        assertThat(keeper.snapshot().synced()).isTrue();
    }

    @Test
    void shouldRepairAndCountWhatSomebodyElseWrote() {
        own("10.1.0.7", OWN);
        own("10.1.0.8", OWN);
        allRead();
        keeper.settle();
        keeper.audit();
        assertThat(keeper.snapshot().drifted()).isZero();

        map.putAll(Map.of(cidr("10.1.0.7"), entry(EAST, 2), cidr("10.9.9.9"), entry(EAST, 2)));
        map.removeAll(Set.of(cidr("10.1.0.8")));
        keeper.audit();
        keeper.settle();

        assertThat(map.entries()).isEqualTo(Map.of(cidr("10.1.0.7"), entry(OWN, 1), cidr("10.1.0.8"), entry(OWN, 1)));
        assertThat(keeper.snapshot().drifted()).isEqualTo(3);
    }

    @Test
    void shouldKeepWhatAnEarlierAgentLeftUntilEverythingWasRead() {
        map.putAll(Map.of(cidr("10.1.0.7"), entry(OWN, 1), cidr("10.9.9.9"), entry(EAST, 2)));
        own("10.1.0.7", OWN);
        keeper.take(Source.OWN, Changes.SYNCED);
        keeper.settle();

        assertThat(at("10.9.9.9")).as("a peer may speak of it yet").isPresent();
        assertThat(keeper.snapshot().synced()).isFalse();

        allRead();
        keeper.settle();

        assertThat(map.entries()).containsOnlyKeys(cidr("10.1.0.7"));
    }

    @Test
    void shouldLearnAPeersIdLater() {
        peer("east", "10.2.0.9", EAST);
        keeper.settle();
        assertThat(at("10.2.0.9")).contains(entry(EAST, 0));

        keeper.take(Source.PEER_CONFIGS, Changes.config("east", 2, ExportMode.SERVICES_AND_SLICES));
        keeper.settle();

        assertThat(at("10.2.0.9")).contains(entry(EAST, 2));
    }

    @Test
    void shouldLetTheOwnClusterSpeakFirstAndThePeerAfterIt() {
        peer("east", "10.1.0.7", EAST);
        own("10.1.0.7", OWN);
        peer("south", "10.1.0.7", EAST + 65_536);
        keeper.settle();
        assertThat(at("10.1.0.7")).contains(entry(OWN, 1));

        keeper.take(Source.OWN, new Change.Delete(Keys.IPS + "10.1.0.7"));
        keeper.settle();

        assertThat(at("10.1.0.7")).contains(entry(EAST, 0));
    }

    @Test
    void shouldKeepWhatWorksInAFullMapAndTakeTheRestAsRoomComes() {
        for (int i = 1; i <= 3; i++) {
            own("10.1.0." + i, OWN);
        }
        keeper.settle();
        own("10.1.0.4", OWN);
        allRead();
        keeper.settle();

        assertThat(map.entries()).hasSize(3);
        assertThat(keeper.snapshot().pending()).isEqualTo(1);
        assertThat(keeper.snapshot().failure())
                .hasValueSatisfying(why -> assertThat(why).contains("full"));

        keeper.take(Source.OWN, new Change.Delete(Keys.IPS + "10.1.0.1"));
        keeper.settle();

        assertThat(at("10.1.0.4")).isPresent();
        assertThat(keeper.snapshot().failure()).isEmpty();
        assertThat(keeper.snapshot().pending()).isZero();
    }

    @Test
    void shouldLeaveOutRecordsThatDisagreeWithTheirKeyOrMakeNoSense() {
        keeper.take(Source.OWN, Changes.upsert(Keys.IPS + "10.1.0.7", json("10.1.0.8", OWN)));
        keeper.take(Source.OWN, Changes.upsert(Keys.IPS + "nonsense", json("10.1.0.8", OWN)));
        own("10.1.0.9", OWN);
        keeper.take(Source.OWN, Changes.upsert(Keys.IPS + "10.1.0.9", "{"));
        keeper.settle();
        allRead();
        keeper.settle();

        assertThat(map.entries()).isEmpty();
        assertThat(keeper.snapshot().refused()).isEqualTo(3);
    }

    private void allRead() {
        for (Source source : Source.values()) {
            keeper.take(source, Changes.SYNCED);
        }
    }

    private void own(String ip, int identity) {
        keeper.take(Source.OWN, Changes.upsert(Keys.IPS + ip, json(ip, identity)));
    }

    private void peer(String cluster, String ip, int identity) {
        keeper.take(Source.PEERS, Changes.upsert(Keys.CACHED_IPS + cluster + "/" + ip, json(ip, identity)));
    }

    private static String json(String ip, int identity) {
        return "{\"IP\":\"%s\",\"Mask\":null,\"HostIP\":\"192.168.1.1\",\"ID\":%d}".formatted(ip, identity);
    }

    private Optional<IpcacheEntry> at(String ip) {
        return map.lookup(IpAddress.parse(ip));
    }

    private static Cidr cidr(String ip) {
        IpAddress address = IpAddress.parse(ip);
        return new Cidr(address, address.family().bits());
    }

    private static IpcacheEntry entry(int identity, int cluster) {
        return new IpcacheEntry(new NumericIdentity(identity), cluster);
    }
}
