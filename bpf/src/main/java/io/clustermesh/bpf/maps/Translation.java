package io.clustermesh.bpf.maps;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import java.util.Optional;

/**
 * What the programs keep with a connected socket.
 *
 * @param frontend what the application asked for
 * @param ip the backend's address
 * @param l4 its protocol and port
 * @param entries the tables' entries it came from; empty for sockets older than the upgrade from layout v1
 */
public record Translation(FrontendKey frontend, IpAddress ip, L4 l4, Optional<Entries> entries) {

    /**
     * @param serviceId whose frontend
     * @param backend index in the backend array, which may have another owner by now
     * @param clusterId the backend's cluster
     */
    public record Entries(int serviceId, int backend, int clusterId) {}
}
