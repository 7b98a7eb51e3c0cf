package io.clustermesh.apiserver.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.sink.MeshSlice.Group;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterEndpointSlice.Port;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SlicePlanTest {

    private static final ServiceName CART = new ServiceName("shop", "cart");
    private static final Group EAST = group("east");
    private static final String OWNER = "uid-1";

    @Test
    void shouldPackEndpointsIntoSlicesOfAHundred() {
        SlicePlan plan = SlicePlan.of(CART, OWNER, List.of(), Map.of(EAST, endpoints(0, 250)));

        assertThat(plan.deletes()).isEmpty();
        assertThat(plan.writes()).extracting(slice -> slice.endpoints().size()).containsExactlyInAnyOrder(100, 100, 50);
        assertThat(plan.writes()).extracting(MeshSlice::name).doesNotHaveDuplicates();
        assertThat(plan.writes()).allMatch(slice -> slice.name().startsWith("cart-east-"));
    }

    @Test
    void shouldRewriteOneSliceForOneChange() {
        List<MeshSlice> present = SlicePlan.of(CART, OWNER, List.of(), Map.of(EAST, endpoints(0, 250)))
                .writes();
        SortedMap<IpAddress, Endpoint> desired = endpoints(0, 250);
        desired.remove(desired.firstKey());

        SlicePlan plan = SlicePlan.of(CART, OWNER, present, Map.of(EAST, desired));

        assertThat(plan.writes()).hasSize(1);
        assertThat(plan.deletes()).isEmpty();
    }

    @Test
    void shouldFillTheRoomThatIsThere() {
        List<MeshSlice> present = SlicePlan.of(CART, OWNER, List.of(), Map.of(EAST, endpoints(0, 250)))
                .writes();

        SlicePlan plan = SlicePlan.of(CART, OWNER, present, Map.of(EAST, endpoints(0, 300)));

        assertThat(plan.writes()).hasSize(1);
        assertThat(plan.writes().getFirst().endpoints()).hasSize(100);
    }

    @Test
    void shouldWriteNothingThatIsTrueAlready() {
        List<MeshSlice> present = SlicePlan.of(CART, OWNER, List.of(), Map.of(EAST, endpoints(0, 250)))
                .writes();

        assertThat(SlicePlan.of(CART, OWNER, present, Map.of(EAST, endpoints(0, 250))))
                .isEqualTo(new SlicePlan(List.of(), List.of()));
    }

    @Test
    void shouldRewriteEverythingForAServiceThatWasMadeAnew() {
        List<MeshSlice> present = SlicePlan.of(CART, OWNER, List.of(), Map.of(EAST, endpoints(0, 150)))
                .writes();

        SlicePlan plan = SlicePlan.of(CART, "uid-2", present, Map.of(EAST, endpoints(0, 150)));

        assertThat(plan.writes()).hasSize(2).allMatch(slice -> slice.owner().equals("uid-2"));
    }

    @Test
    void shouldKeepPeersAndFamiliesApartAndDropWhatIsNotWanted() {
        Group west = group("west");
        List<MeshSlice> present = SlicePlan.of(
                        CART, OWNER, List.of(), Map.of(EAST, endpoints(0, 5), west, endpoints(300, 305)))
                .writes();
        assertThat(present).hasSize(2);

        SlicePlan plan = SlicePlan.of(CART, OWNER, present, Map.of(EAST, endpoints(0, 5)));

        assertThat(plan.writes()).isEmpty();
        assertThat(plan.deletes())
                .containsExactly(present.stream()
                        .filter(slice -> slice.group().equals(west))
                        .findFirst()
                        .orElseThrow()
                        .name());
    }

    /** One that once left a slice too many, and one of this run's own. */
    static LongStream shouldHoldExactlyWhatIsWantedAfterAnyHistory() {
        return LongStream.of(1_498_259_207L, System.identityHashCode(new Object()));
    }

    @ParameterizedTest
    @MethodSource
    void shouldHoldExactlyWhatIsWantedAfterAnyHistory(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Map<String, MeshSlice> present = new HashMap<>();
        for (int round = 0; round < 300; round++) {
            SortedMap<IpAddress, Endpoint> wanted = new TreeMap<>();
            int from = random.nextInt(400);
            endpoints(from, from + random.nextInt(600)).forEach((ip, endpoint) -> {
                if (random.nextInt(3) > 0) {
                    wanted.put(ip, endpoint);
                }
            });
            Map<Group, SortedMap<IpAddress, Endpoint>> desired = wanted.isEmpty() ? Map.of() : Map.of(EAST, wanted);
            SlicePlan plan = SlicePlan.of(CART, OWNER, present.values(), desired);
            plan.writes().forEach(slice -> present.put(slice.name(), slice));
            plan.deletes().forEach(present::remove);

            List<IpAddress> held = new ArrayList<>();
            present.values().forEach(slice -> {
                assertThat(slice.endpoints()).as("seed %d", seed).hasSizeBetween(1, 100);
                slice.endpoints()
                        .forEach(endpoint -> held.add(endpoint.addresses().getFirst()));
            });
            Set<IpAddress> distinct = new HashSet<>(held);
            assertThat(held).as("seed %d", seed).hasSize(distinct.size());
            assertThat(distinct).as("seed %d", seed).isEqualTo(wanted.keySet());
            assertThat(present.size())
                    .as("slices for %d endpoints, seed %d", wanted.size(), seed)
                    .isLessThanOrEqualTo(2 * ((wanted.size() + 99) / 100));
        }
    }

    private static Group group(String cluster) {
        return new Group(
                new ClusterName(cluster), Family.IPV4, List.of(new Port("http", new L4(Protocol.TCP, 8080), "")));
    }

    private static SortedMap<IpAddress, Endpoint> endpoints(int from, int to) {
        SortedMap<IpAddress, Endpoint> endpoints = new TreeMap<>();
        for (int i = from; i < to; i++) {
            IpAddress ip = IpAddress.parse("10.2.%d.%d".formatted(i / 250, 1 + i % 250));
            endpoints.put(
                    ip,
                    new Endpoint(
                            List.of(ip),
                            new Conditions(true, true, false),
                            "",
                            new EndpointTopology("", "", List.of())));
        }
        return endpoints;
    }
}
