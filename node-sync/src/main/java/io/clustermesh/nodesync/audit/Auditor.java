package io.clustermesh.nodesync.audit;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.nodesync.audit.AuditReport.Checked;
import io.clustermesh.nodesync.audit.AuditReport.Found;
import io.clustermesh.nodesync.audit.WrittenTables.Content;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the tables with what was written to them, a piece at a time, so that no change waits for it longer than some
 * milliseconds. Owned by the agent's thread; {@link #report()} may be read by any.
 *
 * <pre>
 *   services, all at once ─► policy words and tables, 256 frontends a step ─► backends, 16,384 a step ─► cluster-down bits ─► rest
 * </pre>
 *
 * <p>What differs is written again from the notes. A table that differs is handed to {@link Repairs}, which builds it anew
 * together with everything else of its frontend.
 */
public final class Auditor {

    private static final Logger LOG = LoggerFactory.getLogger(Auditor.class);
    private static final int FRONTENDS_PER_STEP = 256;
    private static final int BACKENDS_PER_STEP = 16_384;
    private static final int LAST = 50;

    /** What only the keeper of the tables can do. */
    public interface Repairs {

        /** Whether the tables have been brought to what the mesh says; before that there is nothing to audit. */
        boolean settled();

        /** Whatever was written for {@code frontend} is not to be trusted: write all of it again soon. */
        void rewrite(FrontendKey frontend);

        /** Services whose tables are not as their records ask although nothing hinders; they are applied again soon. */
        List<String> reapplyStale();
    }

    private final WrittenTables tables;
    private final Repairs repairs;
    private final Clock clock;
    private final Duration every;
    private final Map<Drift, Long> drift = new EnumMap<>(Drift.class);
    private final Deque<Found> last = new ArrayDeque<>();
    private Optional<Round> round = Optional.empty();
    private long nextAtNanos;
    private volatile AuditReport report = AuditReport.NONE;

    /** An audit under way. */
    private static final class Round {
        private final Iterator<FrontendKey> frontends;
        private final Set<Integer> bases = new HashSet<>();
        private int seenFrontends;
        private long seenEntries;
        private int nextBackend = 1;

        Round(List<FrontendKey> frontends) {
            this.frontends = frontends.iterator();
        }
    }

    /**
     * @param tables what was written, and through it what is there
     * @param repairs the keeper of the tables
     * @param every from the beginning of one audit to that of the next
     */
    public Auditor(WrittenTables tables, Repairs repairs, Clock clock, Duration every) {
        this.tables = tables;
        this.repairs = repairs;
        this.clock = clock;
        this.every = every;
        this.nextAtNanos = clock.monotonicNanos() + every.toNanos();
    }

    /** The last report; any thread. */
    public AuditReport report() {
        return report;
    }

    /** Does a piece of an audit if one is under way or due. */
    public void step() {
        if (!repairs.settled()) {
            return;
        }
        if (round.isPresent()) {
            proceed(round.get());
        } else if (clock.monotonicNanos() - nextAtNanos >= 0) {
            begin();
        }
    }

    /** Audits everything now. */
    public AuditReport now() {
        if (repairs.settled()) {
            begin();
            while (round.isPresent()) {
                proceed(round.get());
            }
        }
        return report;
    }

    private void begin() {
        nextAtNanos = clock.monotonicNanos() + every.toNanos();
        services();
        round = Optional.of(new Round(List.copyOf(tables.writtenServices().keySet())));
    }

    private void proceed(Round now) {
        if (now.frontends.hasNext()) {
            for (int n = 0; n < FRONTENDS_PER_STEP && now.frontends.hasNext(); n++) {
                frontend(now, now.frontends.next());
            }
        } else if (now.nextBackend < tables.capacity().backends()) {
            int end = Math.min(tables.capacity().backends(), now.nextBackend + BACKENDS_PER_STEP);
            for (int index = now.nextBackend; index < end; index++) {
                backend(index);
            }
            now.nextBackend = end;
        } else {
            finish(now);
        }
    }

    private void finish(Round now) {
        for (int cluster = 0; cluster < ServiceTables.CLUSTERS; cluster++) {
            boolean written = tables.writtenDown(cluster);
            if (tables.isClusterDown(cluster) != written) {
                tables.setClusterDown(cluster, written);
                found(
                        Drift.CLUSTER_DOWN,
                        "cluster " + cluster,
                        "bit was %s, set it to %s".formatted(!written, written));
            }
        }
        for (String service : repairs.reapplyStale()) {
            found(Drift.STALE, service, "its records ask for something else than was written; it is applied again");
        }
        tables.forgetUnused(now.bases);
        report = new AuditReport(
                report.audits() + 1,
                Optional.of(clock.now()),
                new Checked(now.seenFrontends, now.seenEntries, now.nextBackend - 1),
                drift,
                List.copyOf(last));
        round = Optional.empty();
    }

    /** The service map as a whole: what is missing, what is other, what is nobody's. */
    private void services() {
        Map<FrontendKey, ServiceEntry> there;
        try {
            there = tables.services();
        } catch (RuntimeException e) {
            found(Drift.UNREADABLE, "service map", String.valueOf(e.getMessage()));
            return;
        }
        Map<FrontendKey, ServiceEntry> written = Map.copyOf(tables.writtenServices());
        written.forEach((key, entry) -> {
            ServiceEntry seen = there.get(key);
            if (seen == null || !entry.equals(seen)) {
                tables.putService(key, entry);
                found(
                        seen == null ? Drift.FRONTEND_MISSING : Drift.FRONTEND_CHANGED,
                        key.toString(),
                        "was %s, wrote %s".formatted(seen == null ? "gone" : seen, entry));
            }
        });
        there.keySet().forEach(key -> {
            if (!written.containsKey(key)) {
                tables.removeService(key);
                found(Drift.FRONTEND_FOREIGN, key.toString(), "nobody here wrote it; removed");
            }
        });
    }

    private void frontend(Round now, FrontendKey key) {
        ServiceEntry entry = tables.writtenServices().get(key);
        if (entry == null) {
            return; // removed since the audit began
        }
        now.seenFrontends++;
        PolicyWord seen = tables.policy(entry.serviceId());
        tables.writtenPolicy(entry.serviceId())
                .filter(word -> !word.equals(seen))
                .ifPresent(word -> {
                    tables.setPolicy(entry.serviceId(), word);
                    found(Drift.POLICY, key.toString(), "word was %x, wrote %x".formatted(seen.bits(), word.bits()));
                });
        boolean rewrite = false;
        for (ServiceEntry.Slot slot : entry.slots()) {
            if (slot.tableSize() == 0) {
                continue;
            }
            now.bases.add(slot.tableBase());
            now.seenEntries += slot.tableSize();
            Content content = WrittenTables.content(tables.readTable(slot.tableBase(), slot.tableSize()));
            if (tables.writtenTable(slot.tableBase()).filter(content::equals).isEmpty()) {
                found(
                        Drift.TABLE,
                        key.toString(),
                        "table of cluster %d, %d entries at %d, is not the one that was written; it is built anew"
                                .formatted(slot.clusterId(), slot.tableSize(), slot.tableBase()));
                rewrite = true;
            }
        }
        if (rewrite) {
            repairs.rewrite(key);
        }
    }

    private void backend(int index) {
        Optional<BackendEntry> written = tables.writtenBackend(index);
        Optional<BackendEntry> seen;
        try {
            seen = tables.backend(index);
        } catch (RuntimeException e) {
            tables.removeBackend(index);
            written.ifPresent(entry -> tables.putBackend(index, entry));
            found(Drift.UNREADABLE, "backend " + index, String.valueOf(e.getMessage()));
            return;
        }
        if (written.equals(seen)) {
            return;
        }
        String message = "was %s, wrote %s"
                .formatted(
                        seen.map(BackendEntry::toString).orElse("empty"),
                        written.map(BackendEntry::toString).orElse("nothing, cleared it"));
        if (written.isEmpty()) {
            tables.removeBackend(index);
            found(Drift.BACKEND_FOREIGN, "backend " + index, message);
        } else {
            BackendEntry entry = written.get();
            boolean onlyState = seen.filter(it -> it.ip().equals(entry.ip())
                            && it.l4().equals(entry.l4())
                            && it.clusterId() == entry.clusterId())
                    .isPresent();
            tables.putBackend(index, entry);
            found(onlyState ? Drift.BACKEND_STATE : Drift.BACKEND_CHANGED, "backend " + index, message);
        }
    }

    private void found(Drift kind, String subject, String message) {
        drift.merge(kind, 1L, Long::sum);
        if (last.size() == LAST) {
            last.removeFirst();
        }
        last.addLast(new Found(clock.now(), kind, subject, message));
        LOG.atWarn()
                .addKeyValue("kind", kind)
                .addKeyValue("subject", subject)
                .addKeyValue("reason", message)
                .log("tables were not as written, repaired");
    }
}
