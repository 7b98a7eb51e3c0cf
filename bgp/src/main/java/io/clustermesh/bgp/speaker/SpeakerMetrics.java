package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.packet.AttributeFault;
import io.clustermesh.bgp.rib.ImportPolicy.Refusal;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.Locale;
import java.util.Optional;

/** What a speaker tells about itself; read from the counters when somebody scrapes. */
final class SpeakerMetrics {

    private static final AttributeKey<String> RULE = AttributeKey.stringKey("rule");
    private static final AttributeKey<String> EFFECT = AttributeKey.stringKey("effect");

    private SpeakerMetrics() {}

    static void register(Meter meter, Counters counters, Optional<KernelRoutes> kernel) {
        meter.gaugeBuilder("mesh.bgp.sessions.established")
                .ofLongs()
                .setUnit("{session}")
                .setDescription("Sessions over which prefixes flow now.")
                .buildWithCallback(gauge -> gauge.record(counters.established.get()));
        meter.gaugeBuilder("mesh.bgp.routes.best")
                .ofLongs()
                .setUnit("{route}")
                .setDescription("Prefixes with a best route, own ones included.")
                .buildWithCallback(gauge -> gauge.record(counters.bestRoutes.get()));
        meter.gaugeBuilder("mesh.bgp.routes.kernel")
                .ofLongs()
                .setUnit("{route}")
                .setDescription("Routes that the kernel took from us.")
                .buildWithCallback(gauge ->
                        gauge.record(kernel.map(k -> k.view().installed()).orElse(0)));
        meter.counterBuilder("mesh.bgp.sessions.ended")
                .setUnit("{session}")
                .setDescription("Established sessions that ended, for whatever reason.")
                .buildWithCallback(counter -> counter.record(counters.sessionsEnded.sum()));
        meter.counterBuilder("mesh.bgp.updates.received")
                .setUnit("{message}")
                .setDescription("UPDATE messages received.")
                .buildWithCallback(counter -> counter.record(counters.updatesReceived.sum()));
        meter.counterBuilder("mesh.bgp.calls.refused")
                .setUnit("{call}")
                .setDescription("TCP connections from addresses that are no neighbour's.")
                .buildWithCallback(counter -> counter.record(counters.strangers.sum()));
        meter.counterBuilder("mesh.bgp.routes.refused")
                .setUnit("{route}")
                .setDescription("Announced routes that we don't believe, by the rule that they break.")
                .buildWithCallback(counter -> {
                    for (Refusal refusal : Refusal.values()) {
                        counter.record(counters.of(refusal).sum(), Attributes.of(RULE, refusal.label()));
                    }
                });
        meter.counterBuilder("mesh.bgp.attributes.faulty")
                .setUnit("{attribute}")
                .setDescription("Wrong path attributes that did not end a session (RFC 7606), by what was done.")
                .buildWithCallback(counter -> {
                    for (AttributeFault.Effect effect : AttributeFault.Effect.values()) {
                        String label = effect.name().toLowerCase(Locale.ROOT).replace('_', '-');
                        counter.record(counters.of(effect).sum(), Attributes.of(EFFECT, label));
                    }
                });
    }
}
