package io.clustermesh.nodesync.desired;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.ip;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.slice;
import static io.clustermesh.nodesync.desired.Records.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterEndpointSlice.Meta;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PeerRecordsTest {

    private static final ClusterName EAST = new ClusterName("east");
    private static final ServiceName BOOKS = ServiceName.parse("shop/books");

    private final PeerRecords records = new PeerRecords();

    private Map<String, State> backends(ServiceName name) {
        Map<String, State> states = new TreeMap<>();
        records.of(name)
                .forEach(service -> service.backends()
                        .forEach((IpAddress ip, PeerService.Backend backend) ->
                                states.put(ip.toString(), backend.state())));
        return states;
    }

    @Test
    void shouldUseTheLegacyRecordOfAPeerWithoutSlices() {
        assertThat(records.put(peer("east", 2, CART, "10.2.1.1"))).isTrue();
        assertThat(records.put(peer("east", 2, CART, "10.2.1.1"))).isFalse();
        assertThat(records.put(slice("east", 2, "s1", CART, "10.2.1.9"))).isEmpty();

        assertThat(backends(CART)).containsExactly(Map.entry("10.2.1.1", State.ACTIVE));
    }

    @Test
    void shouldPreferSlicesAndNotHearTheLegacyRecordAnyMore() {
        records.exportsSlices(EAST, true);
        assertThat(records.put(peer("east", 2, CART, "10.2.1.1", "10.2.1.2"))).isTrue();

        assertThat(records.put(slice("east", 2, "s1", CART, "10.2.1.1", "-10.2.1.2")))
                .containsExactly(CART);

        assertThat(backends(CART))
                .containsExactly(Map.entry("10.2.1.1", State.ACTIVE), Map.entry("10.2.1.2", State.TERMINATING));
        assertThat(records.put(peer("east", 2, CART, "10.2.1.1"))).isFalse();
        assertThat(records.remove(EAST, CART)).isFalse();
        assertThat(backends(CART)).hasSize(2);
    }

    @Test
    void shouldMergeTheSlicesOfAService() {
        records.exportsSlices(EAST, true);
        records.put(slice("east", 2, "s1", CART, "10.2.1.1", "-10.2.1.2"));
        records.put(slice("east", 2, "s2", CART, "10.2.1.2", "10.2.1.3"));

        assertThat(backends(CART))
                .as("an address in two slices counts in its best state")
                .containsExactly(
                        Map.entry("10.2.1.1", State.ACTIVE),
                        Map.entry("10.2.1.2", State.ACTIVE),
                        Map.entry("10.2.1.3", State.ACTIVE));
        assertThat(records.count()).isEqualTo(1);

        assertThat(records.removeSlice(EAST, "shop", "s2")).containsExactly(CART);
        assertThat(backends(CART)).containsOnlyKeys("10.2.1.1", "10.2.1.2");
    }

    @Test
    void shouldFallBackToTheLegacyRecordUntilThereIsASlice() {
        records.put(peer("east", 2, CART, "10.2.1.1"));

        assertThat(records.exportsSlices(EAST, true)).isEmpty();
        assertThat(backends(CART)).containsOnlyKeys("10.2.1.1");

        records.put(slice("east", 2, "s1", CART, "10.2.1.1"));
        assertThat(records.exportsSlices(EAST, false)).containsExactly(CART);
        assertThat(backends(CART)).containsOnlyKeys("10.2.1.1");
        assertThat(records.exportsSlices(EAST, false)).isEmpty();
    }

    @Test
    void shouldFollowASliceToAnotherService() {
        records.exportsSlices(EAST, true);
        records.put(slice("east", 2, "s1", CART, "10.2.1.1"));

        assertThat(records.put(slice("east", 2, "s1", BOOKS, "10.2.1.1"))).containsExactlyInAnyOrder(BOOKS, CART);

        assertThat(backends(CART)).isEmpty();
        assertThat(backends(BOOKS)).containsOnlyKeys("10.2.1.1");
        assertThat(records.names()).containsExactly(BOOKS);
        assertThat(records.removeSlice(EAST, "shop", "s1")).containsExactly(BOOKS);
        assertThat(records.names()).isEmpty();
        assertThat(records.removeSlice(EAST, "shop", "s1")).isEmpty();
    }

    @Test
    void shouldKeepPeersApart() {
        records.exportsSlices(EAST, true);
        records.put(slice("east", 2, "s1", CART, "-10.2.1.1"));
        records.put(peer("north", 3, CART, "10.3.1.1"));
        records.put(slice("north", 3, "s1", CART, "-10.3.1.1"));

        assertThat(backends(CART))
                .containsExactly(Map.entry("10.2.1.1", State.TERMINATING), Map.entry("10.3.1.1", State.ACTIVE));
        assertThat(records.of(CART)).extracting(PeerService::cluster).hasSize(2);
    }

    @Test
    void shouldLeaveOutWhatDoesNotServeAndWhatWeighsNothing() {
        records.exportsSlices(EAST, true);
        ClusterEndpointSlice plain = slice("east", 2, "s1", CART, "10.2.1.1");
        records.put(new ClusterEndpointSlice(
                plain.origin(),
                plain.meta(),
                plain.family(),
                List.of(
                        plain.endpoints().getFirst(),
                        new Endpoint(
                                List.of(ip("10.2.1.2")),
                                new Conditions(false, false, true),
                                "",
                                new EndpointTopology("", "", List.of()))),
                plain.ports()));
        ClusterEndpointSlice weightless = slice("east", 2, "s2", CART, "10.2.1.3");
        records.put(new ClusterEndpointSlice(
                weightless.origin(),
                new Meta(weightless.meta().labels(), Map.of(ClusterEndpointSlice.WEIGHT_ANNOTATION, "0")),
                weightless.family(),
                weightless.endpoints(),
                weightless.ports()));

        assertThat(backends(CART)).containsOnlyKeys("10.2.1.1");
        assertThat(records.of(CART).getFirst().backends().get(ip("10.2.1.1")))
                .isEqualTo(new PeerService.Backend(
                        Map.of("http", tcp(8080)), State.ACTIVE, new MeshService.Place("", "", List.of()), 100));
    }
}
