package io.clustermesh.apiserver.source;

import io.clustermesh.model.L4;

/**
 * A port of a Service, of an EndpointSlice or of a container.
 *
 * @param name may be empty
 * @param l4 protocol and port
 */
public record KubePort(String name, L4 l4) {}
