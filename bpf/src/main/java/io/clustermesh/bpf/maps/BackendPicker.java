package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.bpf.maps.Pick.Chosen;
import io.clustermesh.bpf.maps.Pick.NoBackend;
import io.clustermesh.bpf.maps.Pick.NotOurs;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.store.runtime.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The kernel's choice of a backend, in Java: draw for draw the same steps as {@code select.h}, over any
 * {@link ServiceTables}. Used where no eBPF is to be had, and in tests as the model of the kernel.
 *
 * <pre>
 *   policy word ── slots of dead clusters, empty slots off ──► live weights
 *     tier 0..3: up to 8 draws: slot by weight ─► table entry at random ─► backend ACTIVE?  done
 *                                                                          TERMINATING?     keep the first
 *   nobody ACTIVE in any tier: the first TERMINATING one, else refuse
 * </pre>
 *
 * <p>Thread-safe; no locks but for services with affinity, and on memory tables no allocation beyond the answer.
 */
public final class BackendPicker {

    /** Draws per tier before the next one is tried. */
    static final int PROBES = 8;

    private final ServiceTables tables;
    private final LongSupplier seeds;
    private final Clock clock;
    private final KnownClients clients = new KnownClients();
    private final LongAdder translated = new LongAdder();
    private final LongAdder noBackend = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder kept = new LongAdder();
    private final LongAdder gaveWay = new LongAdder();

    /**
     * @param tables what to choose from
     * @param seeds a random number per pick, such as {@code () -> ThreadLocalRandom.current().nextLong()}
     */
    public BackendPicker(ServiceTables tables, LongSupplier seeds) {
        this(tables, seeds, Clock.system());
    }

    /** @param clock tells how long clients of services with affinity stayed away */
    public BackendPicker(ServiceTables tables, LongSupplier seeds, Clock clock) {
        this.tables = tables;
        this.seeds = seeds;
        this.clock = clock;
    }

    /** Chooses for a new connection. */
    public Pick pick(FrontendKey frontend) {
        return pick(frontend, seeds.getAsLong());
    }

    /** Chooses as {@code seed} says: equal seeds and tables give equal backends, which makes clients sticky. */
    public Pick pick(FrontendKey frontend, long seed) {
        Optional<ServiceEntry> service = tables.service(frontend);
        if (service.isEmpty()) {
            return new NotOurs();
        }
        return counted(pick(service.get(), seed));
    }

    /**
     * Chooses for a client: if the service has affinity, the backend that the client had last as long as it is to be had,
     * else as {@code seed} says.
     *
     * @param client what tells clients apart; in the kernel, the network namespace
     */
    public Pick pickFor(FrontendKey frontend, long client, long seed) {
        Optional<ServiceEntry> found = tables.service(frontend);
        if (found.isEmpty()) {
            return new NotOurs();
        }
        ServiceEntry service = found.get();
        if (!service.hasAffinity()) {
            return counted(pick(service, seed));
        }
        long now = clock.monotonicNanos() / 1_000_000_000;
        Optional<Chosen> last = Optional.empty();
        OptionalInt index = clients.last(service.serviceId(), client, now, service.affinitySeconds());
        if (index.isPresent()) {
            last = stillThere(service, index.getAsInt());
            (last.isPresent() ? kept : gaveWay).increment();
        }
        Pick pick = last.isPresent() ? last.get() : pick(service, seed);
        if (pick instanceof Chosen(int chosen, BackendEntry backend) && backend.state() == State.ACTIVE) {
            clients.keep(service.serviceId(), client, chosen, now);
        }
        return counted(pick);
    }

    /** The backend, if it is ACTIVE, in a table of the service, and its cluster takes new connects. */
    private Optional<Chosen> stillThere(ServiceEntry service, int index) {
        long live =
                liveWeights(service.slots(), tables.policy(service.serviceId()).bits());
        return drawn(index)
                .filter(it -> it.backend().state() == State.ACTIVE)
                .filter(it -> service.slots().stream().anyMatch(slot -> holds(slot, index)))
                .filter(it -> isOpen(service.slots(), live, it.backend().clusterId()));
    }

    private boolean holds(Slot slot, int index) {
        for (int at = 0; at < slot.tableSize(); at++) {
            if (tables.tableEntry(slot.tableBase() + at) == index) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOpen(List<Slot> slots, long live, int clusterId) {
        for (int n = 0; n < slots.size(); n++) {
            if (slots.get(n).clusterId() == clusterId && (live >>> n * 8 & PolicyWord.MAX_WEIGHT) != 0) {
                return true;
            }
        }
        return false;
    }

    private Pick counted(Pick pick) {
        (pick instanceof Chosen ? translated : noBackend).increment();
        return pick;
    }

    /** What this picker has counted; {@code reversed} stays 0, since nothing is turned back here. */
    public Counters counters() {
        return new Counters(translated.sum(), noBackend.sum(), retries.sum(), 0, kept.sum(), gaveWay.sum());
    }

    private Pick pick(ServiceEntry service, long seed) {
        List<Slot> slots = service.slots();
        long live = liveWeights(slots, tables.policy(service.serviceId()).bits());
        Optional<Chosen> terminating = Optional.empty();
        long random = seed;
        for (int tier = 0; tier < PolicyWord.TIERS; tier++) {
            int total = tierWeight(live, tier);
            for (int probe = 0; total > 0 && probe < PROBES; probe++) {
                random = next(random);
                Slot slot = slots.get(slotAt(live, tier, scaled(random, total)));
                random = next(random);
                int index = tables.tableEntry(slot.tableBase() + scaled(random, slot.tableSize()));
                Optional<Chosen> drawn = drawn(index);
                if (drawn.isPresent() && drawn.get().backend().state() == State.ACTIVE) {
                    return drawn.get();
                }
                retries.increment();
                if (terminating.isEmpty()) {
                    terminating = drawn.filter(it -> it.backend().state() == State.TERMINATING);
                }
            }
        }
        return terminating.isPresent() ? terminating.get() : new NoBackend();
    }

    private Optional<Chosen> drawn(int index) {
        if (index < 1 || index >= tables.capacity().backends()) {
            return Optional.empty();
        }
        return tables.backend(index).map(backend -> new Chosen(index, backend));
    }

    private long liveWeights(List<Slot> slots, long policy) {
        long live = 0;
        for (int n = 0; n < slots.size(); n++) {
            Slot slot = slots.get(n);
            if (slot.tableSize() > 0 && !tables.isClusterDown(slot.clusterId())) {
                live |= policy & 0xffL << n * 8;
            }
        }
        return live;
    }

    private static int weightIn(long live, int slot, int tier) {
        int bits = (int) (live >>> slot * 8) & 0xff;
        return bits >>> 6 == tier ? bits & PolicyWord.MAX_WEIGHT : 0;
    }

    private static int tierWeight(long live, int tier) {
        int total = 0;
        for (int slot = 0; slot < ServiceEntry.MAX_SLOTS; slot++) {
            total += weightIn(live, slot, tier);
        }
        return total;
    }

    private static int slotAt(long live, int tier, int ticket) {
        int left = ticket;
        int slot = 0;
        for (; slot < ServiceEntry.MAX_SLOTS - 1; slot++) {
            left -= weightIn(live, slot, tier);
            if (left < 0) {
                break;
            }
        }
        return slot;
    }

    /** A linear congruential step (Knuth's constants); its upper half is random enough to choose with. */
    private static long next(long random) {
        return random * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
    }

    /** A number below {@code bound} by multiply and shift, as the verifier likes it. */
    private static int scaled(long random, int bound) {
        return (int) ((random >>> 32) * bound >>> 32);
    }
}
