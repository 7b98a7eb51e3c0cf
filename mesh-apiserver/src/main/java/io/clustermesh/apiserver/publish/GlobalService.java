package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.ClusterName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a Service's annotations say about the mesh (Cilium {@code pkg/annotation}); the newer spelling wins over its
 * alias.
 *
 * @param global the service is one with those of the same name in other clusters
 * @param shared its backends are exported; only if it is global
 * @param affinity which clusters' backends are preferred
 * @param balancing how connections are divided among clusters
 * @param warnings values that are not understood
 */
record GlobalService(boolean global, boolean shared, Affinity affinity, Balancing balancing, List<Warning> warnings) {

    private static final Annotation GLOBAL = new Annotation("service.cilium.io/global", "io.cilium/global-service");
    private static final Annotation SHARED = new Annotation("service.cilium.io/shared", "io.cilium/shared-service");
    private static final Annotation AFFINITY =
            new Annotation("service.cilium.io/affinity", "io.cilium/service-affinity");

    /** Whether peers' backends are written as EndpointSlices; if it doesn't say, those of headless services are. */
    static final String SYNC_SLICES = "service.cilium.io/global-sync-endpoint-slices";

    private record Annotation(String name, String alias) {

        /** The annotation that counts, with its value. */
        Optional<Map.Entry<String, String>> in(Map<String, String> annotations) {
            for (String key : List.of(name, alias)) {
                String value = annotations.get(key);
                if (value != null) {
                    return Optional.of(Map.entry(key, value));
                }
            }
            return Optional.empty();
        }
    }

    GlobalService {
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads a Service's annotations.
     *
     * @param known the clusters of the mesh; empty while they are not known
     */
    static GlobalService of(KubeService service, Set<ClusterName> known) {
        List<Warning> warnings = new ArrayList<>();
        String subject = service.key().toString();
        Map<String, String> annotations = service.meta().annotations();
        boolean global = GLOBAL.in(annotations)
                .map(annotation -> truth(subject, annotation, warnings))
                .orElse(false);
        if (!global) {
            return new GlobalService(false, false, Affinity.NONE, Balancing.DEFAULT, warnings);
        }
        boolean shared = SHARED.in(annotations)
                .map(annotation -> truth(subject, annotation, warnings))
                .orElse(true);
        Affinity affinity = AFFINITY.in(annotations)
                .map(annotation -> affinity(subject, annotation, warnings))
                .orElse(Affinity.NONE);
        syncsSlices(service, warnings);
        Balancing balancing = BalancingAnnotations.read(subject, annotations, known, warnings);
        if (!balancing.order().isEmpty() && affinity != Affinity.NONE) {
            warnings.add(new Warning(
                    subject,
                    "OrderOverAffinity",
                    "has an order of clusters and affinity \"%s\", of which the order counts; remove the affinity"
                            .formatted(affinity.text())));
        }
        return new GlobalService(true, shared, affinity, balancing, warnings);
    }

    /** Whether peers' backends of a global service are wanted as EndpointSlices. */
    static boolean syncsSlices(KubeService service, List<Warning> warnings) {
        String value = service.meta().annotations().get(SYNC_SLICES);
        return value == null
                ? service.type() == KubeService.Type.HEADLESS
                : truth(service.key().toString(), Map.entry(SYNC_SLICES, value), warnings);
    }

    /** Anything but "true", in any case, is false; what is neither true nor false is worth a word. */
    static boolean truth(String subject, Map.Entry<String, String> annotation, List<Warning> warnings) {
        String value = annotation.getValue().toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            warnings.add(new Warning(
                    subject,
                    "UnknownValue",
                    "annotation %s is \"%s\", taken as \"false\"; write \"true\" or \"false\""
                            .formatted(annotation.getKey(), annotation.getValue())));
        }
        return value.equals("true");
    }

    private static Affinity affinity(String subject, Map.Entry<String, String> annotation, List<Warning> warnings) {
        return Affinity.parse(annotation.getValue()).orElseGet(() -> {
            warnings.add(new Warning(
                    subject,
                    "UnknownAffinity",
                    "annotation %s is \"%s\", taken as \"none\"; write \"local\", \"remote\" or \"none\""
                            .formatted(annotation.getKey(), annotation.getValue())));
            return Affinity.NONE;
        });
    }
}
