package io.clustermesh.model;

import java.util.List;

/**
 * Which identity stands behind a pod IP, as published at {@code cilium/state/ip/v1/default/<ip>} (Cilium {@code
 * IPIdentityPair}).
 *
 * @param ip the pod's address
 * @param identity its security identity
 * @param hostIp InternalIP of the node that hosts the pod
 * @param pod the pod
 * @param namedPorts the pod's named ports
 */
public record IpRecord(
        IpAddress ip, NumericIdentity identity, IpAddress hostIp, PodRef pod, List<NamedPort> namedPorts) {

    /**
     * @param namespace may be empty, where the writer gave none
     * @param name may be empty
     * @param serviceAccount may be empty; known to writers since Cilium 1.19
     * @param uid may be empty; known to writers since Cilium 1.21
     */
    public record PodRef(String namespace, String name, String serviceAccount, String uid) {}

    /**
     * @param name port name
     * @param l4 protocol and port
     */
    public record NamedPort(String name, L4 l4) {}

    public IpRecord {
        namedPorts = List.copyOf(namedPorts);
    }
}
