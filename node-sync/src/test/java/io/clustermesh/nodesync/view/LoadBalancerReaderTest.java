package io.clustermesh.nodesync.view;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.WEST_ID;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.BackendPicker;
import io.clustermesh.bpf.maps.MemoryServiceTables;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.Affinity;
import io.clustermesh.nodesync.ManualClock;
import io.clustermesh.nodesync.agent.Changes;
import io.clustermesh.nodesync.agent.ServiceKeeper;
import io.clustermesh.nodesync.agent.Source;
import io.clustermesh.store.runtime.HopTrace;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadBalancerReaderTest {

    private final ManualClock clock = new ManualClock();
    private final MemoryServiceTables tables = new MemoryServiceTables(new Capacity(8, 16, 4000));
    private final ServiceKeeper keeper = new ServiceKeeper(WEST, WEST_ID, tables, clock, new HopTrace(clock, 10));

    @BeforeEach
    void serveCart() {
        keeper.take(
                Source.OWN,
                Changes.upsert(west(CART, Affinity.LOCAL, "10.101.0.9", active("10.1.1.1"), active("10.1.1.2"))));
        keeper.take(Source.PEERS, Changes.upsert(peer("east", 2, CART, "10.2.1.1")));
        for (Source source : Source.values()) {
            keeper.take(source, Changes.SYNCED);
        }
        keeper.settle();
        clock.advance(Duration.ofSeconds(90));
    }

    @Test
    void shouldShowWhatTheTablesHold() {
        LoadBalancer.Frontend frontend = read();

        assertThat(frontend.address().text()).isEqualTo("10.101.0.9:80");
        assertThat(frontend.service()).contains(CART);
        assertThat(frontend.ageSeconds()).contains(90L);
        LoadBalancer.Slot local = frontend.slots().get(0);
        assertThat(local.cluster()).isEqualTo(new LoadBalancer.Cluster(1, Optional.of(WEST), false));
        assertThat(local.policy()).isEqualTo(new LoadBalancer.Policy(0, 2, 1.0));
        assertThat(local.backends())
                .extracting(it -> it.address().orElseThrow().text())
                .containsExactly("10.1.1.1:8080", "10.1.1.2:8080");
        assertThat(local.backends().getFirst().state()).contains(BackendEntry.State.ACTIVE);
        assertThat(frontend.slots().get(1).policy()).isEqualTo(new LoadBalancer.Policy(1, 1, 0.0));
    }

    @Test
    void shouldShowWhereTrafficGoesWhenAClusterIsDown() {
        tables.setClusterDown(1, true);

        LoadBalancer.Frontend frontend = read();

        assertThat(frontend.slots().get(0).cluster().down()).isTrue();
        assertThat(frontend.slots().get(0).policy().share()).isZero();
        assertThat(frontend.slots().get(1).policy().share()).isEqualTo(1.0);
    }

    @Test
    void shouldShowTheTablesAndNotWhatWasWanted() {
        tables.setBackendState(1, BackendEntry.State.MAINTENANCE);
        tables.removeBackend(2);

        assertThat(read().slots().getFirst().backends())
                .extracting(LoadBalancer.Backend::state)
                .containsExactlyInAnyOrder(Optional.of(BackendEntry.State.MAINTENANCE), Optional.empty());
    }

    @Test
    void shouldPickAsTheKernelWould() {
        PickView pick = new PickView(new BackendPicker(tables, () -> 42));

        PickView.Answer answer = pick.render(Map.of("vip", "10.101.0.9", "port", "80", "client", "a"));
        PickView.Answer again = pick.render(Map.of("vip", "10.101.0.9", "port", "80", "client", "a"));
        PickView.Answer other = pick.render(Map.of("vip", "10.101.0.9", "port", "81", "proto", "tcp"));

        assertThat(answer.result()).isEqualTo(PickView.Result.BACKEND);
        assertThat(answer.clusterId()).contains(1);
        assertThat(again).isEqualTo(answer);
        assertThat(other.result()).isEqualTo(PickView.Result.NOT_OURS);
    }

    private LoadBalancer.Frontend read() {
        LoadBalancer view = new LoadBalancerReader("memory").read(keeper, clock.now());
        assertThat(view.frontends()).hasSize(1);
        return view.frontends().getFirst();
    }
}
