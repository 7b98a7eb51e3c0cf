package io.clustermesh.apiserver.source;

import io.clustermesh.store.runtime.Lifecycle;

/** A place that Kubernetes objects come from. */
public interface Source {

    /** Starts telling {@code listener}, until the process stops; call it once. */
    void start(SourceListener listener, Lifecycle lifecycle);

    /** How it is doing; any thread may ask. */
    SourceStatus status();
}
