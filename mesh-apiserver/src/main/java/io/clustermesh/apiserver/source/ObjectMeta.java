package io.clustermesh.apiserver.source;

import java.util.Map;

/**
 * What every Kubernetes object has.
 *
 * @param namespace empty for nodes and namespaces
 * @param name unique among the objects of its kind and namespace
 * @param labels its labels
 * @param annotations its annotations
 */
public record ObjectMeta(String namespace, String name, Map<String, String> labels, Map<String, String> annotations) {

    public ObjectMeta {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }
}
