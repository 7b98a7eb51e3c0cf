package io.clustermesh.cli.kube.manifests;

import io.clustermesh.certs.AlternativeNames;
import java.util.List;
import java.util.stream.Stream;

/** The names by which the chart's own clients reach its servers: what their certificates must hold. */
public final class ServerNames {

    private ServerNames() {}

    /**
     * Of mesh-apiserver's Service and etcd's, and of etcd's members; peers and load balancers come on top.
     *
     * @param namespace where the chart is installed
     */
    public static AlternativeNames of(String namespace) {
        List<String> services = Stream.of("clustermesh-apiserver", "clustermesh-etcd")
                .flatMap(service ->
                        Stream.of(service + "." + namespace + ".svc", service + "." + namespace + ".svc.cluster.local"))
                .toList();
        return new AlternativeNames(
                Stream.concat(services.stream(), Stream.of("*.clustermesh-etcd." + namespace + ".svc"))
                        .toList(),
                List.of());
    }
}
