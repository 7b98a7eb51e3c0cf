package io.clustermesh.apiserver.source;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What every Kubernetes object has.
 *
 * @param namespace empty for nodes and namespaces
 * @param name unique among the objects of its kind and namespace
 * @param labels its labels
 * @param annotations its annotations
 * @param creation what the API server made of it; a manifest that was never applied says nothing
 */
public record ObjectMeta(
        String namespace, String name, Map<String, String> labels, Map<String, String> annotations, Creation creation) {

    /**
     * @param uid unique in time and space, empty if unknown
     * @param at when it was created, if known
     */
    public record Creation(String uid, Optional<Instant> at) {

        /** Of an object that was never applied. */
        public static final Creation UNKNOWN = new Creation("", Optional.empty());
    }

    public ObjectMeta {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }
}
