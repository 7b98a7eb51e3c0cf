package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubeNamespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The namespaces: which take part in the mesh (Cilium's global namespaces, CFP-39876) and with which labels. What one
 * without an object or without the annotation does is the operator's to say. Owned by one thread.
 */
final class Namespaces {

    /** Takes a namespace out of the mesh, or back in. */
    static final String ANNOTATION = "clustermesh.cilium.io/global";

    private final Map<String, KubeNamespace> namespaces = new HashMap<>();
    private final boolean withoutWord;

    /** @param withoutWord whether a namespace that doesn't say takes part */
    Namespaces(boolean withoutWord) {
        this.withoutWord = withoutWord;
    }

    void upsert(KubeNamespace namespace) {
        namespaces.put(namespace.meta().name(), namespace);
    }

    void delete(String name) {
        namespaces.remove(name);
    }

    /** Whether services and pods of namespace {@code name} are published. */
    boolean isGlobal(String name) {
        return isGlobal(name, new ArrayList<>());
    }

    /** What is odd about namespace {@code name}. */
    List<Warning> warnings(String name) {
        List<Warning> warnings = new ArrayList<>();
        isGlobal(name, warnings);
        return warnings;
    }

    Map<String, String> labels(String name) {
        KubeNamespace namespace = namespaces.get(name);
        return namespace == null ? Map.of() : namespace.meta().labels();
    }

    private boolean isGlobal(String name, List<Warning> warnings) {
        KubeNamespace namespace = namespaces.get(name);
        String value = namespace == null ? null : namespace.meta().annotations().get(ANNOTATION);
        return value == null
                ? withoutWord
                : GlobalService.truth("Namespace " + name, Map.entry(ANNOTATION, value), warnings);
    }
}
