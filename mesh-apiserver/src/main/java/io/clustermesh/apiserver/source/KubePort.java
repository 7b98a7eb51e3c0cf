package io.clustermesh.apiserver.source;

import io.clustermesh.model.L4;

/**
 * A port of a Service, of an EndpointSlice or of a container.
 *
 * @param name may be empty
 * @param l4 protocol and port
 * @param appProtocol what is spoken on it, empty if not said
 */
public record KubePort(String name, L4 l4, String appProtocol) {

    /** A port of which nobody says what is spoken on it. */
    public KubePort(String name, L4 l4) {
        this(name, l4, "");
    }
}
