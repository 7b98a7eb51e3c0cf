package io.clustermesh.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether the demo showed what is promised.
 *
 * @param checks each promise, and whether it was kept
 */
record Verdict(List<Check> checks) {

    /** What node-sync may have resident, in MB. */
    static final long NODE_SYNC_MB = 150;

    /** What mesh-apiserver may have resident, in MB. */
    static final long APISERVER_MB = 300;

    /**
     * @param good whether it holds
     * @param text the promise, with the figure seen
     */
    record Check(boolean good, String text) {}

    Verdict {
        checks = List.copyOf(checks);
    }

    /** Whether every promise was kept. */
    boolean good() {
        return checks.stream().allMatch(Check::good);
    }

    /**
     * Judges.
     *
     * @param residentMegabytes the largest of each kind of process, by {@code node-sync} and {@code mesh-apiserver}
     */
    static Verdict of(List<PhaseReport> reports, Map<String, Long> residentMegabytes) {
        List<Check> checks = new ArrayList<>();
        int requests = reports.stream().mapToInt(r -> r.counts().requests()).sum();
        int lost = reports.stream().mapToInt(PhaseReport::lost).sum();
        int inFlight = reports.stream().mapToInt(r -> r.counts().inFlight()).sum();
        checks.add(new Check(
                requests > 0 && lost == 0,
                "no failed request but those in flight to a killed pod: %d of %d failed, %d were in flight"
                        .formatted(lost + inFlight, requests, inFlight)));
        for (PhaseReport report : reports) {
            if (report.mustSwitch()) {
                checks.add(switchCheck(report));
            }
        }
        int strays = reports.stream().mapToInt(r -> r.counts().strays()).sum();
        checks.add(new Check(
                strays == 0,
                "affinity \"local\": own pods while there are any, else the peer's: %d answers came from elsewhere"
                        .formatted(strays)));
        checks.add(memory("node-sync", residentMegabytes, NODE_SYNC_MB));
        checks.add(memory("mesh-apiserver", residentMegabytes, APISERVER_MB));
        return new Verdict(checks);
    }

    private static Check switchCheck(PhaseReport report) {
        String by = report.phase().expected().getOrDefault(report.client(), report.client());
        String promise = "%s: %s answers %s's client within %d ms"
                .formatted(report.phase().name(), by, report.client(), PhaseReport.LIMIT.toMillis());
        return report.switched()
                .map(took ->
                        new Check(took.compareTo(PhaseReport.LIMIT) <= 0, promise + ": after " + millis(took) + " ms"))
                .orElseGet(() -> new Check(false, promise + ": it never did"));
    }

    private static Check memory(String process, Map<String, Long> resident, long limit) {
        long seen = resident.getOrDefault(process, 0L);
        return new Check(
                seen > 0 && seen < limit, "%s has less than %d MB resident: %d MB".formatted(process, limit, seen));
    }

    private static long millis(Duration duration) {
        return Math.round(duration.toNanos() / 1e6);
    }
}
