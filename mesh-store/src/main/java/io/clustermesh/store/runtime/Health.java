package io.clustermesh.store.runtime;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether a process is well: named checks, asked when somebody asks. Thread-safe.
 *
 * <p><em>Live</em> means that a restart would not help. <em>Ready</em> means that others may rely on it now. A check
 * reads a snapshot; it never waits.
 */
public final class Health {

    /** One check. */
    @FunctionalInterface
    public interface Check {
        Verdict check();
    }

    /** What a check found. */
    public sealed interface Verdict {
        /** All is well. */
        record Up() implements Verdict {}

        /**
         * It is not.
         *
         * @param reason what is wrong and, if anything is to be done, what
         */
        record Down(String reason) implements Verdict {}
    }

    /**
     * All checks of a kind.
     *
     * @param up whether none is down
     * @param checks {@code ok} or the reason, by name of the check
     */
    public record Report(boolean up, Map<String, String> checks) {}

    private static final String OK = "ok";

    private final Map<String, Check> liveness = new ConcurrentHashMap<>();
    private final Map<String, Check> readiness = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    public static Verdict up() {
        return new Verdict.Up();
    }

    public static Verdict down(String reason) {
        return new Verdict.Down(reason);
    }

    /** Adds a check of whether a restart would help. */
    public void liveness(String name, Check check) {
        liveness.put(name, check);
    }

    /** Adds a check of whether others may rely on this process. */
    public void readiness(String name, Check check) {
        readiness.put(name, check);
    }

    /** From now on others must not rely on this process: it is going. The first step of a graceful stop. */
    public void stopping() {
        stopping = true;
    }

    public Report live() {
        return report(liveness);
    }

    public Report ready() {
        Report ready = report(readiness);
        if (!stopping) {
            return ready;
        }
        Map<String, String> checks = new TreeMap<>(ready.checks());
        checks.put("stopping", "this process was told to stop; use another replica");
        return new Report(false, checks);
    }

    private static Report report(Map<String, Check> checks) {
        Map<String, String> results = new TreeMap<>();
        checks.forEach((name, check) -> results.put(name, result(check)));
        return new Report(results.values().stream().allMatch(OK::equals), results);
    }

    private static String result(Check check) {
        try {
            return switch (check.check()) {
                case Verdict.Up() -> OK;
                case Verdict.Down(String reason) -> reason;
            };
        } catch (RuntimeException e) {
            return "the check itself failed: " + e;
        }
    }
}
