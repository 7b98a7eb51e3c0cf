package io.clustermesh.apiserver.access;

import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients that were turned away: counted, remembered by address, and logged at most once per address and interval, for a
 * client that is refused tries again at once. Thread-safe; holds a bounded number of addresses.
 */
public final class Refusals {

    /** How long an address stays quiet in the log. */
    public static final Duration INTERVAL = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final int ADDRESSES = 64;

    /**
     * @param address who was refused, without the port
     * @param cause why
     * @param remedy what to do about it
     * @param last when, last
     * @param count how often
     */
    public record Refusal(String address, String cause, String remedy, Instant last, long count) {}

    private record Remembered(Refusal refusal, long loggedAtNanos) {}

    private final Clock clock;
    private final Map<String, Remembered> byAddress = new LinkedHashMap<>();
    private long total;

    public Refusals(Clock clock) {
        this.clock = clock;
    }

    /** Notes one. */
    public void note(String address, String cause, String remedy) {
        boolean log;
        Refusal refusal;
        synchronized (this) {
            total++;
            @Nullable Remembered before = byAddress.remove(address);
            long now = clock.monotonicNanos();
            log = before == null || now - before.loggedAtNanos() >= INTERVAL.toNanos();
            refusal = new Refusal(
                    address,
                    cause,
                    remedy,
                    clock.now(),
                    before == null ? 1 : before.refusal().count() + 1);
            byAddress.put(address, new Remembered(refusal, log || before == null ? now : before.loggedAtNanos()));
            if (byAddress.size() > ADDRESSES) {
                byAddress.remove(byAddress.keySet().iterator().next());
            }
        }
        if (log) {
            LOG.atWarn()
                    .addKeyValue("client", address)
                    .addKeyValue("cause", cause)
                    .addKeyValue("remedy", remedy)
                    .addKeyValue("count", refusal.count())
                    .log("client refused");
        }
    }

    /** How many in all. */
    public synchronized long total() {
        return total;
    }

    /** The last ones, newest first, one for each address. */
    public synchronized List<Refusal> last() {
        List<Refusal> refusals = new ArrayList<>();
        byAddress.values().forEach(remembered -> refusals.addFirst(remembered.refusal()));
        return List.copyOf(refusals);
    }
}
