package io.clustermesh.bgp.rib;

import io.clustermesh.bgp.packet.Message.Announcement;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.bgp.rib.ImportPolicy.Refusal;
import io.clustermesh.bgp.rib.ImportResult.Refused;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Adj-RIB-In, Loc-RIB and Adj-RIB-Out of one speaker. Owned by one thread. */
public final class Rib {

    private record Session(Peer peer, AdjRibIn in, AdjRibOut out) {}

    private final ImportPolicy importPolicy;
    private final ExportPolicy exportPolicy;
    private final Map<IpAddress, Session> sessions = new LinkedHashMap<>();
    private final Map<Cidr, Route> local = new LinkedHashMap<>();
    private final NavigableMap<Cidr, Route> best = new TreeMap<>();

    /** The blocks of {@code importPolicy} that start here are in the Loc-RIB from the beginning. */
    public Rib(ImportPolicy importPolicy, ExportPolicy exportPolicy) {
        this.importPolicy = importPolicy;
        this.exportPolicy = exportPolicy;
        for (Cidr block : importPolicy.advertised()) {
            local.put(block, new Route.Local(block));
        }
        best.putAll(local);
    }

    /** A session is up; everything is to be told to it. */
    public AdjRibOut add(Peer peer) {
        AdjRibOut out = new AdjRibOut(peer.families());
        best.keySet().forEach(out::touch);
        sessions.put(peer.address(), new Session(peer, new AdjRibIn(), out));
        return out;
    }

    /** A session is down; what it told is forgotten. */
    public List<BestChange> remove(IpAddress peer) {
        Session gone = sessions.remove(peer);
        return gone == null ? List.of() : decide(Set.copyOf(gone.in().prefixes()));
    }

    /** A neighbour's UPDATE. */
    public ImportResult receive(IpAddress from, Update update) {
        Session session = session(from);
        Set<Cidr> touched = new LinkedHashSet<>();
        List<Refused> refused = new ArrayList<>();
        for (Cidr prefix : update.withdrawn()) {
            if (session.in().remove(prefix)) {
                touched.add(prefix);
            }
        }
        for (Announcement announcement : update.announced()) {
            for (Cidr prefix : announcement.prefixes()) {
                Route.Learned route = new Route.Learned(
                        prefix, announcement.nextHop(), update.attributes().orElseThrow(), session.peer());
                Optional<Refusal> refusal = importPolicy.check(route);
                refusal.ifPresent(rule -> refused.add(new Refused(prefix, rule)));
                session.in().put(new AdjRibIn.Entry(route, refusal));
                touched.add(prefix);
            }
        }
        return new ImportResult(decide(touched), refused, session.in().size() > importPolicy.maxPrefixes());
    }

    private List<BestChange> decide(Collection<Cidr> prefixes) {
        List<BestChange> changes = new ArrayList<>();
        for (Cidr prefix : prefixes) {
            Optional<Route> now = Stream.concat(
                            Optional.ofNullable(local.get(prefix)).stream(),
                            sessions.values().stream().flatMap(s -> s.in().usable(prefix).stream()))
                    .min(Route.BEST_FIRST);
            Optional<Route> before = now.isPresent()
                    ? Optional.ofNullable(best.put(prefix, now.get()))
                    : Optional.ofNullable(best.remove(prefix));
            if (!now.equals(before)) {
                changes.add(new BestChange(prefix, now));
                sessions.values().forEach(s -> s.out().touch(prefix));
            }
        }
        return changes;
    }

    /** What to tell {@code peer} next: UPDATEs about at most {@code limit} prefixes. Empty if it knows everything. */
    public List<Update> outbound(IpAddress peer, int limit) {
        Session session = session(peer);
        return session.out()
                .next(
                        limit,
                        prefix -> Optional.ofNullable(best.get(prefix))
                                .flatMap(route -> exportPolicy.export(route, session.peer())));
    }

    /** How many prefixes have a best route. */
    public int size() {
        return best.size();
    }

    /** Whether there may be something to tell {@code peer}. */
    public boolean pending(IpAddress peer) {
        return session(peer).out().pending();
    }

    /** The best routes, by prefix. */
    public List<Route> bestRoutes() {
        return List.copyOf(best.values());
    }

    /** Prefixes of {@code family} that {@code peer} told us. */
    public int received(IpAddress peer, Family family) {
        return sessions.containsKey(peer) ? session(peer).in().received(family) : 0;
    }

    /** Those of them that we believe. */
    public int accepted(IpAddress peer, Family family) {
        return sessions.containsKey(peer) ? session(peer).in().accepted(family) : 0;
    }

    /** Prefixes of {@code family} that {@code peer} knows from us. */
    public int advertised(IpAddress peer, Family family) {
        return sessions.containsKey(peer) ? session(peer).out().advertised(family) : 0;
    }

    private Session session(IpAddress peer) {
        Session session = sessions.get(peer);
        if (session == null) {
            throw new IllegalStateException("no session with %s; add it first".formatted(peer));
        }
        return session;
    }
}
