package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubePort;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.model.MeshService.Nearness;
import io.clustermesh.model.MeshService.Traffic;
import io.clustermesh.model.Protocol;
import java.util.List;

/** The fields of a Service that say which backends a client may or should use. Pure. */
final class TrafficRules {

    /** As the Kubernetes API's: three hours. */
    private static final int DEFAULT_AFFINITY_SECONDS = 10_800;

    private TrafficRules() {}

    /** What the Service says; what cannot be done is added to {@code warnings}. */
    static Traffic of(KubeService service, List<Warning> warnings) {
        KubeService.Rules rules = service.rules();
        String subject = service.key().toString();
        for (KubePort port : service.ports()) {
            if (port.l4().protocol() == Protocol.SCTP && service.type() == KubeService.Type.CLUSTER_IP) {
                warnings.add(new Warning(
                        subject,
                        "SctpNotTranslated",
                        "port %s stays with the cluster's own proxy and its own backends, since the data plane translates TCP and UDP only; offer it over one of them to reach other clusters"
                                .formatted(port.l4())));
            }
        }
        return new Traffic(
                affinitySeconds(subject, rules, warnings),
                rules.traffic().internalPolicy().equals("Local"),
                nearness(subject, rules.traffic().distribution(), warnings));
    }

    private static int affinitySeconds(String subject, KubeService.Rules rules, List<Warning> warnings) {
        if (!rules.affinity().kind().equals("ClientIP")) {
            return 0;
        }
        int seconds = rules.affinity().timeoutSeconds().orElse(DEFAULT_AFFINITY_SECONDS);
        if (seconds >= 1 && seconds <= Traffic.MAX_AFFINITY_SECONDS) {
            return seconds;
        }
        warnings.add(new Warning(
                subject,
                "BadTimeout",
                "sessionAffinityConfig.clientIP.timeoutSeconds is %d, taken as %d; write 1 to %d"
                        .formatted(seconds, DEFAULT_AFFINITY_SECONDS, Traffic.MAX_AFFINITY_SECONDS)));
        return DEFAULT_AFFINITY_SECONDS;
    }

    private static Nearness nearness(String subject, String distribution, List<Warning> warnings) {
        return switch (distribution) {
            case "" -> Nearness.ANY;
            case "PreferClose", "PreferSameZone" -> Nearness.ZONE;
            case "PreferSameNode" -> Nearness.NODE;
            default -> {
                warnings.add(new Warning(
                        subject,
                        "UnknownValue",
                        "trafficDistribution is \"%s\" and is not used; write PreferSameZone or PreferSameNode"
                                .formatted(distribution)));
                yield Nearness.ANY;
            }
        };
    }
}
