package io.clustermesh.store.runtime;

import io.opentelemetry.api.metrics.Meter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Memory and processor time of the process, as the kernel counts them. */
final class ProcessMetrics {

    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMetrics() {}

    static void register(Meter meter) {
        meter.gaugeBuilder("process.memory.usage")
                .ofLongs()
                .setUnit("By")
                .setDescription("Resident memory of the process.")
                .buildWithCallback(gauge -> residentBytes().ifPresent(gauge::record));
        meter.counterBuilder("process.cpu.time")
                .ofDoubles()
                .setUnit("s")
                .setDescription("Processor time that the process has used.")
                .buildWithCallback(counter -> ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .ifPresent(time -> counter.record(time.toMillis() / 1000.0)));
    }

    /** Empty where there is no /proc. */
    static OptionalLong residentBytes() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
