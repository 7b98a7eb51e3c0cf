package io.clustermesh.nodesync.desired;

import io.clustermesh.model.ServiceName;
import java.util.List;

/**
 * A global service as this node shall serve it.
 *
 * @param name namespace and name
 * @param frontends sorted by address; none if the service is headless, gone, or not of this cluster
 * @param findings what was left out, and why
 */
public record DesiredService(ServiceName name, List<DesiredFrontend> frontends, List<Finding> findings) {

    public DesiredService {
        frontends = List.copyOf(frontends);
        findings = List.copyOf(findings);
    }

    /** A service that has nothing to serve here. */
    public static DesiredService nothing(ServiceName name) {
        return new DesiredService(name, List.of(), List.of());
    }
}
