package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.fsm.ConnectionState.Established;
import io.clustermesh.bgp.netlink.RouteTable;
import io.clustermesh.bgp.rib.Rib;
import io.clustermesh.bgp.rib.Route;
import io.clustermesh.bgp.speaker.Views.HistoryView;
import io.clustermesh.bgp.speaker.Views.PeerView;
import io.clustermesh.bgp.speaker.Views.PerFamily;
import io.clustermesh.bgp.speaker.Views.RouteCounts;
import io.clustermesh.bgp.speaker.Views.RouteView;
import io.clustermesh.bgp.speaker.Views.SessionCounts;
import io.clustermesh.bgp.speaker.Views.SessionView;
import io.clustermesh.bgp.speaker.Views.StatusView;
import io.clustermesh.bgp.speaker.Views.TableView;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.opentelemetry.api.metrics.Meter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** A speaker at work, as the rest of the process sees it. Thread-safe. */
public final class RunningSpeaker {

    private final SpeakerConfig config;
    private final Clock clock;
    private final Sessions sessions;
    private final Speaker speaker;
    private final Optional<KernelRoutes> kernel;
    private final EventLog events;
    private final Counters counters;

    private RunningSpeaker(SpeakerConfig config, Supplier<RouteTable> table, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.events = new EventLog(clock);
        this.counters = new Counters();
        this.kernel = config.routing().installRoutes()
                ? Optional.of(new KernelRoutes(table, clock, events))
                : Optional.empty();
        this.sessions = new Sessions(config, kernel, events, counters, clock);
        this.speaker = new Speaker(config, sessions, clock);
    }

    /**
     * Starts both threads under {@code lifecycle}. At the end the sessions say goodbye first, then the kernel routes go.
     *
     * @param table opens the kernel's table; called on the routes thread
     */
    public static RunningSpeaker start(SpeakerConfig config, Supplier<RouteTable> table, Lifecycle lifecycle) {
        RunningSpeaker running = new RunningSpeaker(config, table, lifecycle.clock());
        running.kernel.ifPresent(lifecycle::run);
        lifecycle.run(running.speaker);
        lifecycle.own("bgp sessions", running.speaker);
        return running;
    }

    /** Declares the speaker's instruments on {@code meter}. */
    public void register(Meter meter) {
        SpeakerMetrics.register(meter, counters, kernel);
    }

    /** Where it listens. */
    public InetSocketAddress localAddress() throws IOException {
        return speaker.localAddress();
    }

    /** Whether every neighbour has told us everything, or has had its time. Never waits. */
    public boolean converged() {
        return sessions.converged();
    }

    /** The neighbours. */
    public List<PeerView> peers() {
        return speaker.ask(() -> sessions.neighbors().stream().map(this::peer).toList());
    }

    private PeerView peer(Neighbor neighbor) {
        return new PeerView(
                neighbor.address().toString(),
                neighbor.config.asn().value(),
                neighbor.stateName(),
                neighbor.established().flatMap(wire -> session(neighbor, wire)),
                new HistoryView(neighbor.failures, neighbor.sessions, neighbor.lastError));
    }

    private Optional<SessionView> session(Neighbor neighbor, Wire wire) {
        if (!(wire.state() instanceof Established established)) {
            return Optional.empty();
        }
        long uptime = neighbor.establishedAt
                .map(at -> Duration.between(at, clock.now()).toSeconds())
                .orElse(0L);
        Rib rib = sessions.rib();
        IpAddress address = neighbor.address();
        return Optional.of(new SessionView(
                established.agreement().peerId().toString(),
                uptime,
                established.agreement().holdTime().toSeconds(),
                new RouteCounts(
                        perFamily(family -> rib.received(address, family)),
                        perFamily(family -> rib.accepted(address, family)),
                        perFamily(family -> rib.advertised(address, family)))));
    }

    private static PerFamily perFamily(Function<Family, Integer> count) {
        return new PerFamily(count.apply(Family.IPV4), count.apply(Family.IPV6));
    }

    /** The best routes, by prefix. */
    public List<RouteView> routes() {
        return speaker.ask(() -> sessions.rib().bestRoutes()).stream()
                .map(RunningSpeaker::view)
                .toList();
    }

    private static RouteView view(Route route) {
        String from = route instanceof Route.Learned learned
                ? learned.from().address().toString()
                : "-";
        return new RouteView(
                route.prefix().toString(),
                route.gateway().map(IpAddress::toString).orElse("-"),
                route.attributes().asPath().toString(),
                from,
                route.attributes().communities().stream().map(Object::toString).toList());
    }

    /** Everything in short. */
    public StatusView status() {
        return new StatusView(
                config.identity().asn().value(),
                config.identity().routerId().toString(),
                new SessionCounts(counters.established.get(), config.neighbors().size(), counters.strangers.sum()),
                new TableView((int) counters.bestRoutes.get(), counters.refusals(), kernel.map(KernelRoutes::view)),
                events.events());
    }
}
