package io.clustermesh.apiserver.view;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.store.admin.Route;
import io.clustermesh.store.runtime.HopTrace;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** The routes of mesh-apiserver's admin API, as {@code openapi.yaml} beside this class describes them. */
public final class MeshRoutes {

    private MeshRoutes() {}

    /**
     * @param replica whose events they are; each replica has its own
     * @param items the one that came last at the end
     */
    private record Events(String replica, List<EventLog.Event> items) {}

    /**
     * All of them.
     *
     * @param status what {@code /v1/status} shows
     */
    public static List<Route> all(Mesh mesh, EventLog events, HopTrace hops, Supplier<Object> status) {
        Clusters clusters = new Clusters(mesh, hops::entries);
        Services services = new Services(mesh);
        MeshObjects objects = new MeshObjects(mesh);
        return List.of(
                Route.of("/v1/status", Set.of(), parameters -> status.get()),
                Route.of("/v1/clusters", Set.of(), parameters -> clusters.clusters()),
                Route.of("/v1/clusters/{name}", Set.of(), clusters::cluster),
                Route.of("/v1/connections", Set.of(), parameters -> clusters.connections()),
                Route.of("/v1/services", PageRequest.PARAMETERS, services::list),
                Route.of("/v1/services/{namespace}/{name}", Set.of(), services::get),
                Route.of("/v1/explain/{namespace}/{name}", Set.of(), new Explain(mesh, hops)::explain),
                Route.of("/v1/identities", paged("cluster", "label"), objects::identities),
                Route.of("/v1/identities/{id}", Set.of(), objects::identity),
                Route.of("/v1/endpoints", paged("cluster", "identity"), objects::endpoints),
                Route.of("/v1/nodes", paged("cluster"), objects::nodes),
                Route.of("/v1/events", Set.of(), parameters -> new Events(mesh.replica(), events.events())),
                Route.of("/v1/hops", Set.of(), parameters -> hops.entries()));
    }

    /** The OpenAPI document. */
    public static String document() {
        try (InputStream in = Objects.requireNonNull(
                MeshRoutes.class.getResourceAsStream("openapi.yaml"), "openapi.yaml is missing from the jar")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.yaml can't be read from the jar", e);
        }
    }

    private static Set<String> paged(String... more) {
        Set<String> parameters = new TreeSet<>(PageRequest.PARAMETERS);
        parameters.addAll(List.of(more));
        return parameters;
    }
}
