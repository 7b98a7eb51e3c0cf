package io.clustermesh.store.runtime;

import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The process's OpenTelemetry meters, and what they counted as Prometheus text. Thread-safe; it has no thread of its
 * own, a scrape reads the instruments.
 */
public final class Metrics implements AutoCloseable {

    /** Content type of {@link #prometheusText()}. */
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private final PrometheusMetricReader reader = PrometheusMetricReader.create();
    private final SdkMeterProvider provider =
            SdkMeterProvider.builder().registerMetricReader(reader).build();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    /** Adds what every process tells of itself: memory and processor time. */
    public Metrics() {
        ProcessMetrics.register(meter("process"));
    }

    /** @param module name of the module that declares the instruments, for example {@code node-sync} */
    public Meter meter(String module) {
        return provider.get("io.clustermesh." + module);
    }

    /** Everything, in Prometheus' text format. */
    public byte[] prometheusText() {
        ByteArrayOutputStream text = new ByteArrayOutputStream(8192);
        try {
            writer.write(text, reader.collect());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toByteArray();
    }

    @Override
    public void close() {
        provider.close();
    }
}
