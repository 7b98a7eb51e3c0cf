package io.clustermesh.cli.kube.install;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clustermesh.model.Cidr;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What "enable" was asked for; what is left out stays as it is, or is found out.
 *
 * @param identity who the cluster shall be
 * @param endpoint what peers connect to; none: the Service's address
 * @param addressWait how long to wait for the Service to get one
 * @param values laid over the chart's own
 * @param secretsOnly leave all workloads to somebody else, Helm for example
 */
public record Wishes(
        Identity identity, Optional<URI> endpoint, Duration addressWait, ObjectNode values, boolean secretsOnly) {

    /**
     * @param name the cluster's name
     * @param id its id
     * @param meshSize how many clusters its mesh may have
     * @param podCidrs the pods' address blocks
     * @param serviceCidrs the services' address blocks
     */
    public record Identity(
            Optional<String> name,
            Optional<Integer> id,
            Optional<Integer> meshSize,
            List<Cidr> podCidrs,
            List<Cidr> serviceCidrs) {
        public Identity {
            podCidrs = List.copyOf(podCidrs);
            serviceCidrs = List.copyOf(serviceCidrs);
        }
    }

    /** @throws IllegalArgumentException for an endpoint that no peer could connect to */
    public Wishes {
        endpoint.ifPresent(uri -> {
            if (!"https".equals(uri.getScheme()) || uri.getHost() == null) {
                throw new IllegalArgumentException(
                        "--endpoint \"%s\" is not of the form https://host:port".formatted(uri));
            }
        });
    }
}
