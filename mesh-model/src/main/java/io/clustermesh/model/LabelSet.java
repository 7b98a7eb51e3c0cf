package io.clustermesh.model;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The labels that make an identity, keyed {@code source:key}; two pods with equal sets share one identity.
 *
 * <p>On the wire it is Cilium's label string: sorted, each label as {@code source:key=value;}, the last semicolon
 * included, because the allocator's prefix match depends on it.
 *
 * @param labels {@code source:key} to value, sorted by key
 */
public record LabelSet(Map<String, String> labels) {

    /** The label that names the cluster of an identity, without its source. */
    public static final String CLUSTER_LABEL = "io.cilium.k8s.policy.cluster";

    /** The label that names the namespace of a pod, without its source. */
    public static final String NAMESPACE_LABEL = "io.kubernetes.pod.namespace";

    /** @throws IllegalArgumentException if a key lacks its source or a part holds {@code ;} */
    public LabelSet {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        labels.forEach((key, value) -> {
            if (key.indexOf(':') <= 0 || key.indexOf(';') >= 0 || key.indexOf('=') >= 0 || value.indexOf(';') >= 0) {
                throw new IllegalArgumentException(
                        "label \"%s=%s\" is not of the form source:key=value, free of ';'".formatted(key, value));
            }
        });
    }

    /** Parses a label string; labels without a final semicolon are accepted. */
    public static LabelSet parse(String labelString) {
        Map<String, String> labels = new TreeMap<>();
        for (String label : labelString.split(";")) {
            if (label.isEmpty()) {
                continue;
            }
            int equals = label.indexOf('=');
            String key = equals < 0 ? label : label.substring(0, equals);
            labels.put(key, equals < 0 ? "" : label.substring(equals + 1));
        }
        return new LabelSet(labels);
    }

    /** Value of the label {@code key} of any source. */
    public Optional<String> get(String key) {
        return labels.entrySet().stream()
                .filter(e -> e.getKey().substring(e.getKey().indexOf(':') + 1).equals(key))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** The label string, for example {@code k8s:app=cart;k8s:io.kubernetes.pod.namespace=shop;}. */
    public String toLabelString() {
        StringBuilder text = new StringBuilder();
        labels.forEach(
                (key, value) -> text.append(key).append('=').append(value).append(';'));
        return text.toString();
    }

    @Override
    public String toString() {
        return toLabelString();
    }
}
