package io.clustermesh.bgp.speaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.bgp.netlink.KernelRoute;
import io.clustermesh.bgp.netlink.NetlinkException;
import io.clustermesh.bgp.netlink.RouteTable;
import io.clustermesh.bgp.packet.AsPath;
import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.bgp.packet.PathAttributes;
import io.clustermesh.bgp.packet.RouterId;
import io.clustermesh.bgp.rib.BestChange;
import io.clustermesh.bgp.rib.NextHops;
import io.clustermesh.bgp.rib.Peer;
import io.clustermesh.bgp.rib.Route;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class KernelRoutesTest {

    private static final Cidr BLOCK = Cidr.parse("10.1.1.0/24");
    private static final Cidr STALE = Cidr.parse("10.9.9.0/24");
    private static final Cidr REFUSED = Cidr.parse("10.66.0.0/16");
    private static final IpAddress GATEWAY = IpAddress.parse("172.30.1.1");

    private final MemoryTable table = new MemoryTable();
    private final EventLog events = new EventLog(Clock.system());
    private final KernelRoutes routes = new KernelRoutes(() -> table, Clock.system(), events);

    @Test
    void shouldInstallAndRemove() {
        try (Lifecycle lifecycle = new Lifecycle("test", Clock.system())) {
            lifecycle.run(routes);

            routes.publish(List.of(best(BLOCK)));
            await().untilAsserted(() -> assertThat(table.routes).containsEntry(BLOCK, GATEWAY));
            routes.publish(List.of(new BestChange(BLOCK, Optional.empty())));

            await().untilAsserted(() -> assertThat(table.routes).isEmpty());
        }
    }

    @Test
    void shouldKeepRoutesOfAnEarlierLifeUntilConverged() {
        table.routes.put(STALE, GATEWAY);
        try (Lifecycle lifecycle = new Lifecycle("test", Clock.system())) {
            lifecycle.run(routes);
            routes.publish(List.of(best(BLOCK)));
            await().untilAsserted(() -> assertThat(table.routes).containsKeys(BLOCK, STALE));

            routes.converged();

            await().untilAsserted(() -> assertThat(table.routes).containsOnlyKeys(BLOCK));
            await().until(() -> routes.view().converged());
        }
    }

    @Test
    void shouldRemoveEverythingOfItsOwnAtTheEnd() {
        table.routes.put(STALE, GATEWAY);
        try (Lifecycle lifecycle = new Lifecycle("test", Clock.system())) {
            lifecycle.run(routes);
            routes.publish(List.of(best(BLOCK)));
            await().untilAsserted(() -> assertThat(table.routes).containsKey(BLOCK));
        }

        assertThat(table.routes).isEmpty();
        assertThat(table.closed).isTrue();
    }

    @Test
    void shouldTellWhatTheKernelRefuses() {
        try (Lifecycle lifecycle = new Lifecycle("test", Clock.system())) {
            lifecycle.run(routes);

            routes.publish(List.of(best(REFUSED), best(BLOCK)));

            await().untilAsserted(() -> assertThat(routes.view().failed()).containsOnlyKeys("10.66.0.0/16"));
            assertThat(routes.view().installed()).isEqualTo(1);
            assertThat(events.events()).anySatisfy(e -> assertThat(e.kind()).isEqualTo("kernel-route-refused"));
        }
    }

    private static BestChange best(Cidr prefix) {
        Peer from = new Peer(
                GATEWAY,
                new Asn(65001),
                RouterId.parse("10.0.0.1"),
                Set.of(IpAddress.Family.IPV4),
                new NextHops(Optional.empty(), Optional.empty()));
        PathAttributes attributes = new PathAttributes(
                PathAttributes.Origin.IGP, AsPath.of(new Asn(65001)), OptionalLong.empty(), List.of(), List.of());
        return new BestChange(prefix, Optional.of(new Route.Learned(prefix, GATEWAY, attributes, from)));
    }

    private static final class MemoryTable implements RouteTable {
        private final Map<Cidr, IpAddress> routes = new ConcurrentHashMap<>();
        private volatile boolean closed;

        @Override
        public void replace(KernelRoute route) {
            if (route.prefix().equals(REFUSED)) {
                throw new NetlinkException("route to " + route.prefix(), 101, "");
            }
            routes.put(route.prefix(), route.gateway());
        }

        @Override
        public boolean remove(Cidr prefix) {
            return routes.remove(prefix) != null;
        }

        @Override
        public List<KernelRoute> list() {
            return routes.entrySet().stream()
                    .map(e -> new KernelRoute(e.getKey(), e.getValue()))
                    .toList();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
