package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.netlink.KernelRoute;
import io.clustermesh.bgp.netlink.NetlinkException;
import io.clustermesh.bgp.netlink.RouteTable;
import io.clustermesh.bgp.rib.BestChange;
import io.clustermesh.bgp.rib.Route;
import io.clustermesh.bgp.speaker.Views.KernelView;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel's table agree with the best routes; the agent of the routes thread.
 *
 * <p>Routes that an earlier life left behind keep forwarding until {@link #converged()}: only then is it known which of
 * them nobody confirms. Every half minute the table is read back and put right, whoever changed it. A clean stop removes
 * everything of ours.
 */
final class KernelRoutes implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(KernelRoutes.class);
    private static final Duration READ_BACK_EVERY = Duration.ofSeconds(30);
    private static final Duration RETRY_EVERY = Duration.ofSeconds(2);

    private final Supplier<RouteTable> open;
    private final Clock clock;
    private final EventLog events;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Cidr, IpAddress> desired = new HashMap<>();
    private final Set<Cidr> dirty = new HashSet<>();
    private boolean convergedDue;

    // the agent's own
    private Optional<RouteTable> table = Optional.empty();
    private final Map<Cidr, IpAddress> installed = new HashMap<>();
    private final Map<String, String> failed = new TreeMap<>();
    private boolean swept;
    private long readBackNanos;
    private volatile KernelView view = new KernelView(0, Map.of(), false);

    /** @param open called on the routes thread, whose network namespace it binds to */
    KernelRoutes(Supplier<RouteTable> open, Clock clock, EventLog events) {
        this.open = open;
        this.clock = clock;
        this.events = events;
        this.readBackNanos = clock.monotonicNanos();
    }

    @Override
    public String roleName() {
        return "routes";
    }

    /** Called by the speaker's thread; never waits for the kernel. */
    void publish(List<BestChange> changes) {
        lock.lock();
        try {
            for (BestChange change : changes) {
                change.now()
                        .flatMap(Route::gateway)
                        .ifPresentOrElse(
                                gateway -> desired.put(change.prefix(), gateway),
                                () -> desired.remove(change.prefix()));
                dirty.add(change.prefix());
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Everybody has told us everything: what is not desired now is stale. */
    void converged() {
        lock.lock();
        try {
            convergedDue = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    KernelView view() {
        return view;
    }

    @Override
    public void doWork() throws InterruptedException {
        Map<Cidr, Optional<IpAddress>> work = awaitWork();
        RouteTable routes = table.orElseGet(() -> {
            RouteTable opened = open.get();
            table = Optional.of(opened);
            return opened;
        });
        work.forEach((prefix, gateway) -> apply(routes, prefix, gateway));
        boolean due = clock.monotonicNanos() - readBackNanos >= READ_BACK_EVERY.toNanos();
        if ((convergedDue() && !swept) || due) {
            readBack(routes);
        }
        view = new KernelView(installed.size(), Map.copyOf(failed), swept);
    }

    /** What has changed; after a wait without changes, what failed before. */
    private Map<Cidr, Optional<IpAddress>> awaitWork() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (dirty.isEmpty() && !(convergedDue && !swept)) {
                Duration wait = failed.isEmpty() ? READ_BACK_EVERY : RETRY_EVERY;
                if (changed.awaitNanos(wait.toNanos()) <= 0 && dirty.isEmpty()) {
                    failed.keySet().forEach(prefix -> dirty.add(Cidr.parse(prefix)));
                }
            }
            Map<Cidr, Optional<IpAddress>> work = new HashMap<>();
            dirty.forEach(prefix -> work.put(prefix, Optional.ofNullable(desired.get(prefix))));
            dirty.clear();
            return work;
        } finally {
            lock.unlock();
        }
    }

    private boolean convergedDue() {
        lock.lock();
        try {
            return convergedDue;
        } finally {
            lock.unlock();
        }
    }

    private void apply(RouteTable routes, Cidr prefix, Optional<IpAddress> gateway) {
        try {
            if (gateway.isPresent()) {
                routes.replace(new KernelRoute(prefix, gateway.get()));
                installed.put(prefix, gateway.get());
            } else {
                routes.remove(prefix);
                installed.remove(prefix);
            }
            failed.remove(prefix.toString());
        } catch (NetlinkException e) {
            installed.remove(prefix);
            String words = String.valueOf(e.getMessage());
            if (!words.equals(failed.put(prefix.toString(), words))) {
                events.add("-", "kernel-route-refused", words);
                LOG.atWarn()
                        .addKeyValue("prefix", prefix)
                        .addKeyValue("cause", words)
                        .log("kernel refused a route");
            }
        }
    }

    /** Compares the kernel's table with what is desired. */
    private void readBack(RouteTable routes) {
        boolean sweep = convergedDue();
        Map<Cidr, IpAddress> actual = new HashMap<>();
        routes.list().forEach(route -> actual.put(route.prefix(), route.gateway()));
        Map<Cidr, IpAddress> wanted = snapshot();
        int stale = 0;
        for (Cidr prefix : actual.keySet()) {
            if (sweep && !wanted.containsKey(prefix)) {
                apply(routes, prefix, Optional.empty());
                stale++;
            }
        }
        wanted.forEach((prefix, gateway) -> {
            if (!gateway.equals(actual.get(prefix))) {
                apply(routes, prefix, Optional.of(gateway));
            }
        });
        if (sweep && !swept) {
            swept = true;
            LOG.atInfo().addKeyValue("removed", stale).log("routes of an earlier life are gone");
        }
        readBackNanos = clock.monotonicNanos();
    }

    private Map<Cidr, IpAddress> snapshot() {
        lock.lock();
        try {
            return Map.copyOf(desired);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onClose() {
        try (RouteTable routes = table.orElseGet(open)) {
            List<KernelRoute> ours = routes.list();
            ours.forEach(route -> routes.remove(route.prefix()));
            LOG.atInfo().addKeyValue("removed", ours.size()).log("own kernel routes are gone");
        } catch (NetlinkException e) {
            LOG.atWarn().setCause(e).log("own kernel routes could not be removed");
        }
    }
}
