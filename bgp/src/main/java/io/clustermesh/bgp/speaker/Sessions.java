package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.fsm.Agreement;
import io.clustermesh.bgp.fsm.Collision;
import io.clustermesh.bgp.fsm.Collision.Direction;
import io.clustermesh.bgp.fsm.ConnectionState;
import io.clustermesh.bgp.fsm.ConnectionState.Closed;
import io.clustermesh.bgp.fsm.ConnectionState.Established;
import io.clustermesh.bgp.fsm.ConnectionState.OpenConfirm;
import io.clustermesh.bgp.fsm.ConnectionState.OpenSent;
import io.clustermesh.bgp.fsm.DialState;
import io.clustermesh.bgp.fsm.EndReason;
import io.clustermesh.bgp.fsm.Step;
import io.clustermesh.bgp.fsm.Timer;
import io.clustermesh.bgp.packet.AttributeFault;
import io.clustermesh.bgp.packet.Message;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.bgp.packet.ProtocolException;
import io.clustermesh.bgp.rib.BestChange;
import io.clustermesh.bgp.rib.ImportPolicy.Refusal;
import io.clustermesh.bgp.rib.ImportResult;
import io.clustermesh.bgp.rib.NextHops;
import io.clustermesh.bgp.rib.Peer;
import io.clustermesh.bgp.rib.Rib;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows from what the sockets bring: drives each connection's state machine and feeds the RIB. Owned by the
 * speaker's thread.
 */
final class Sessions {

    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    /** Prefixes per turn and neighbour, so that a large table doesn't hold up the others' timers. */
    private static final int PREFIXES_PER_TURN = 2000;

    /** Read attempts per turn and connection, for the same reason. */
    private static final int READS_PER_TURN = 16;

    private final SpeakerConfig config;
    private final Clock clock;
    private final Rib rib;
    private final Optional<KernelRoutes> kernel;
    private final EventLog events;
    private final Counters counters;
    private final Map<IpAddress, Neighbor> neighbors = new LinkedHashMap<>();
    private final Timer convergence;
    private volatile boolean converged;

    Sessions(SpeakerConfig config, Optional<KernelRoutes> kernel, EventLog events, Counters counters, Clock clock) {
        this.config = config;
        this.kernel = kernel;
        this.events = events;
        this.counters = counters;
        this.clock = clock;
        this.rib = new Rib(config.importPolicy(), config.exportPolicy());
        long now = clock.monotonicNanos();
        for (SpeakerConfig.Neighbor neighbor : config.neighbors()) {
            neighbors.put(
                    neighbor.address(), new Neighbor(neighbor, config.timing().connectRetry(), now));
        }
        convergence = Timer.of(now, config.timing().convergence());
        counters.bestRoutes.set(rib.bestRoutes().size());
    }

    Collection<Neighbor> neighbors() {
        return neighbors.values();
    }

    Rib rib() {
        return rib;
    }

    /** Nanoseconds until something is due; 0 if there is more to tell a neighbour than went out last turn. */
    long leftNanos(long now) {
        boolean more = neighbors.values().stream()
                .anyMatch(n -> n.established().filter(Wire::hasRoom).isPresent() && rib.pending(n.address()));
        if (more) {
            return 0;
        }
        return neighbors.values().stream()
                .mapToLong(n -> n.leftNanos(now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** The neighbour whose call may be taken. */
    Optional<Neighbor> mayCall(IpAddress from, long now) {
        Optional<Neighbor> neighbor = Optional.ofNullable(neighbors.get(from));
        if (neighbor.isEmpty()) {
            counters.strangers.increment();
            events.add(from.toString(), "stranger-refused", "called, but is no configured neighbour");
            return neighbor;
        }
        // a third connection can't come from a neighbour in its right mind
        return neighbor.filter(n -> !n.punished(now) && n.wires.size() < 2);
    }

    Wire connected(Neighbor neighbor, SocketChannel channel, Direction direction, SelectionKey key, long now) {
        Step step = ConnectionState.begin(config.terms(neighbor.config), now);
        Wire wire = new Wire(channel, direction, key, step.next());
        neighbor.wires.add(wire);
        neighbor.dial = neighbor.dial.connected();
        follow(neighbor, wire, step, now);
        return wire;
    }

    void dialFailed(Neighbor neighbor, DialState.Connect connect, String cause, long now) {
        neighbor.failures++;
        neighbor.lastError = "TCP: " + cause;
        neighbor.dial = connect.failed(neighbor.pause(now));
        if (neighbor.backoff.failures() == 1) {
            LOG.atInfo()
                    .addKeyValue("neighbor", neighbor.address())
                    .addKeyValue("cause", cause)
                    .log("neighbour can't be reached, trying on");
            events.add(neighbor.address().toString(), "connect-failed", cause);
        }
    }

    /** The socket has something to read, or room to write. */
    void ready(Neighbor neighbor, Wire wire, boolean readable, long now) {
        try {
            wire.flush();
            for (int i = 0; readable && i < READS_PER_TURN && neighbor.wires.contains(wire); i++) {
                boolean open = wire.fill();
                boolean any = receiveAll(neighbor, wire, now);
                if (!open && neighbor.wires.contains(wire)) {
                    end(neighbor, wire, new EndReason.TransportFailed("the neighbour closed the connection"), now);
                }
                if (!any) {
                    return;
                }
            }
        } catch (IOException e) {
            end(neighbor, wire, new EndReason.TransportFailed(String.valueOf(e.getMessage())), now);
        }
    }

    private boolean receiveAll(Neighbor neighbor, Wire wire, long now) {
        boolean any = false;
        try {
            while (neighbor.wires.contains(wire)) {
                Optional<Message> message = wire.next();
                if (message.isEmpty()) {
                    return any;
                }
                any = true;
                follow(neighbor, wire, wire.state().receive(message.get(), now), now);
            }
        } catch (ProtocolException e) {
            follow(neighbor, wire, wire.state().garbled(e), now);
        }
        return any;
    }

    void tick(Neighbor neighbor, long now) {
        for (Wire wire : List.copyOf(neighbor.wires)) {
            follow(neighbor, wire, wire.state().tick(now), now);
        }
    }

    void end(Neighbor neighbor, Wire wire, EndReason reason, long now) {
        follow(neighbor, wire, wire.state().end(reason), now);
    }

    private void follow(Neighbor neighbor, Wire wire, Step step, long now) {
        if (!neighbor.wires.contains(wire)) {
            return;
        }
        ConnectionState before = wire.state();
        // messages are encoded by what the old state agreed on; NOTIFICATION, KEEPALIVE and OPEN don't depend on it
        step.send().forEach(wire::enqueue);
        wire.state(step.next());
        try {
            wire.flush();
        } catch (IOException e) {
            if (!(step.next() instanceof Closed)) {
                wire.state(new Closed(new EndReason.TransportFailed(String.valueOf(e.getMessage()))));
            }
        }
        if (wire.state() instanceof Closed(EndReason reason)) {
            closed(neighbor, wire, before, reason, now);
            return;
        }
        if (before instanceof OpenSent && wire.state() instanceof OpenConfirm confirm) {
            collide(neighbor, wire, confirm.agreement(), now);
        }
        if (before instanceof OpenConfirm && wire.state() instanceof Established established) {
            up(neighbor, wire, established.agreement());
        }
        if (step.deliver().isPresent() && neighbor.wires.contains(wire)) {
            deliver(neighbor, wire, step.deliver().get(), now);
        }
    }

    /** RFC 4271, 6.8: the neighbour's OPEN has come on {@code wire}. */
    private void collide(Neighbor neighbor, Wire wire, Agreement agreement, long now) {
        Optional<Wire> other = neighbor.other(wire);
        if (other.isEmpty()) {
            return;
        }
        Direction survivor = Collision.survivor(config.identity().routerId(), agreement.peerId());
        if (Collision.givesWay(other.get().state(), survivor, wire.direction())) {
            end(neighbor, wire, new EndReason.CollisionLost(), now);
        } else if (Collision.yields(other.get().state(), survivor, wire.direction())) {
            end(neighbor, other.get(), new EndReason.CollisionLost(), now);
        }
    }

    private void up(Neighbor neighbor, Wire wire, Agreement agreement) {
        neighbor.establishedAt = Optional.of(clock.now());
        neighbor.sessions++;
        neighbor.backoff.succeeded();
        neighbor.endOfRib.clear();
        neighbor.refusalsTold.clear();
        counters.established.incrementAndGet();
        NextHops nextHops = neighbor.config.nextHops().or(config.nextHops()).or(wire.localAddresses());
        rib.add(new Peer(
                neighbor.address(),
                neighbor.config.asn(),
                agreement.peerId(),
                agreement.traits().families(),
                nextHops));
        events.add(neighbor.address().toString(), "session-up", "router id " + agreement.peerId());
        LOG.atInfo()
                .addKeyValue("neighbor", neighbor.address())
                .addKeyValue("asn", neighbor.config.asn())
                .addKeyValue("routerId", agreement.peerId())
                .addKeyValue("hold", agreement.holdTime())
                .log("session up");
    }

    private void closed(Neighbor neighbor, Wire wire, ConnectionState before, EndReason reason, long now) {
        wire.close();
        neighbor.wires.remove(wire);
        boolean collision = reason instanceof EndReason.CollisionLost;
        if (!collision) {
            neighbor.failures++;
            neighbor.lastError = reason.describe();
        }
        if (before instanceof Established) {
            neighbor.establishedAt = Optional.empty();
            counters.established.decrementAndGet();
            counters.sessionsEnded.increment();
            publish(rib.remove(neighbor.address()));
            events.add(neighbor.address().toString(), "session-down", reason.describe());
            LOG.atInfo()
                    .addKeyValue("neighbor", neighbor.address())
                    .addKeyValue("cause", reason.describe())
                    .log("session down");
        } else if (!collision && neighbor.backoff.failures() == 0) {
            events.add(neighbor.address().toString(), "connection-ended", reason.describe());
            LOG.atInfo()
                    .addKeyValue("neighbor", neighbor.address())
                    .addKeyValue("state", before.name())
                    .addKeyValue("cause", reason.describe())
                    .log("connection ended before the session was up");
        }
        if (reason instanceof EndReason.TooManyPrefixes) {
            neighbor.penalty = Timer.of(now, Neighbor.PENALTY);
        }
        if (neighbor.wires.isEmpty()) {
            neighbor.dial = neighbor.dial.disconnected(neighbor.pause(now));
        }
    }

    private void deliver(Neighbor neighbor, Wire wire, Update update, long now) {
        counters.updatesReceived.increment();
        for (AttributeFault fault : update.faults()) {
            counters.of(fault.effect()).increment();
            events.add(
                    neighbor.address().toString(),
                    "attribute-fault",
                    "attribute %d %s: %s".formatted(fault.attribute(), fault.detail(), fault.effect()));
        }
        update.endOfRib().ifPresent(neighbor.endOfRib::add);
        ImportResult result = rib.receive(neighbor.address(), update);
        for (ImportResult.Refused refused : result.refused()) {
            counters.of(refused.rule()).increment();
            // once per session and rule: a neighbour that sends thousands must not push out everything else; loops
            // never,
            // since many speakers tell a route back to where it came from
            if (refused.rule() != Refusal.AS_LOOP && neighbor.refusalsTold.add(refused.rule())) {
                events.add(
                        neighbor.address().toString(),
                        "route-refused",
                        refused.prefix() + ": " + refused.rule().label());
                LOG.atWarn()
                        .addKeyValue("neighbor", neighbor.address())
                        .addKeyValue("prefix", refused.prefix())
                        .addKeyValue("rule", refused.rule().label())
                        .log("route refused; further ones by this rule are only counted");
            }
        }
        publish(result.changes());
        if (result.overLimit()) {
            end(neighbor, wire, new EndReason.TooManyPrefixes(config.routing().maxPrefixes()), now);
        }
    }

    private void publish(List<BestChange> changes) {
        if (!changes.isEmpty()) {
            counters.bestRoutes.set(rib.size());
            kernel.ifPresent(k -> k.publish(changes));
        }
    }

    /** Tells the neighbour what it doesn't know yet, as far as there is room. */
    void send(Neighbor neighbor) {
        Optional<Wire> wire = neighbor.established();
        if (wire.isEmpty() || !wire.get().hasRoom()) {
            return;
        }
        List<Update> updates = rib.outbound(neighbor.address(), PREFIXES_PER_TURN);
        try {
            for (Update update : updates) {
                wire.get().enqueue(update);
            }
            if (!updates.isEmpty()) {
                wire.get().flush();
            }
        } catch (IOException e) {
            end(
                    neighbor,
                    wire.get(),
                    new EndReason.TransportFailed(String.valueOf(e.getMessage())),
                    clock.monotonicNanos());
        }
    }

    /** Everybody has told us everything, or has had time enough. */
    void checkConverged(long now) {
        if (!converged
                && (convergence.expired(now) || neighbors.values().stream().allMatch(Neighbor::heardOut))) {
            converged = true;
            events.add("-", "converged", "%d best routes".formatted(rib.size()));
            LOG.atInfo().addKeyValue("routes", rib.size()).log("converged");
            kernel.ifPresent(KernelRoutes::converged);
        }
    }

    boolean converged() {
        return converged;
    }
}
