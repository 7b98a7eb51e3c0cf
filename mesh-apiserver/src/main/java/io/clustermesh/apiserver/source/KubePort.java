package io.clustermesh.apiserver.source;

import io.clustermesh.model.L4;

/**
 * A port of a Service, of an EndpointSlice or of a container.
 *
 * @param name may be empty
 * @param l4 protocol and port
 * @param appProtocol what is spoken on it, empty if not said
 * @param nodePort a Service's port on every node, 0 if there is none
 */
public record KubePort(String name, L4 l4, String appProtocol, int nodePort) {

    /** A port that no node has. */
    public KubePort(String name, L4 l4, String appProtocol) {
        this(name, l4, appProtocol, 0);
    }

    /** A port of which nobody says what is spoken on it. */
    public KubePort(String name, L4 l4) {
        this(name, l4, "");
    }
}
