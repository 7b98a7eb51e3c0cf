package io.clustermesh.apiserver.access;

import io.clustermesh.model.ClusterName;

/** Where a chain of certificates ends. */
public sealed interface Anchor {

    /** The cluster's own CA. */
    record Own() implements Anchor {
        @Override
        public String toString() {
            return "own CA";
        }
    }

    /** The CA of a connected peer. */
    record Peer(ClusterName cluster) implements Anchor {
        @Override
        public String toString() {
            return "CA of " + cluster;
        }
    }
}
