package io.clustermesh.cli.kube.install;

import java.util.Map;

/** How our objects are told from others. */
final class Labels {

    /** On every object that is written here. */
    static final Map<String, String> OURS = Map.of(
            "app.kubernetes.io/name", "clustermesh",
            "app.kubernetes.io/part-of", "clustermesh",
            "app.kubernetes.io/managed-by", "clustermesh");

    private Labels() {}
}
