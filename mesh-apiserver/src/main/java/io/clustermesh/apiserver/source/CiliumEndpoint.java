package io.clustermesh.apiserver.source;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.NumericIdentity;
import java.util.List;
import java.util.Optional;

/**
 * What Cilium knows of a pod; it has the pod's namespace and name.
 *
 * @param meta namespace and name are the pod's
 * @param identity its identity, once it has one
 * @param ips its addresses
 * @param host the address of its node, if it says
 * @param namedPorts the named ports of its containers
 */
public record CiliumEndpoint(
        ObjectMeta meta,
        Optional<NumericIdentity> identity,
        List<IpAddress> ips,
        Optional<IpAddress> host,
        List<KubePort> namedPorts)
        implements KubeObject {

    public CiliumEndpoint {
        ips = List.copyOf(ips);
        namedPorts = List.copyOf(namedPorts);
    }

    /** The pod's. */
    public ObjectKey pod() {
        return new ObjectKey(Kind.POD, meta.namespace(), meta.name());
    }

    @Override
    public Kind kind() {
        return Kind.CILIUM_ENDPOINT;
    }
}
