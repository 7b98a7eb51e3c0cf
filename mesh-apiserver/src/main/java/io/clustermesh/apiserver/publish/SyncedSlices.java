package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.source.KubeNamespace;
import io.clustermesh.apiserver.source.KubeService;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;

/** Which Services want the backends of peers as EndpointSlices in their own cluster (Cilium 1.16). Pure. */
public final class SyncedSlices {

    private SyncedSlices() {}

    /**
     * Whether {@code service} does: it is global, as its namespace is, and says so, or is headless and doesn't say
     * otherwise, since the name of a headless Service leads to slices and nothing else.
     *
     * @param namespace its namespace, if it is known
     * @param exports whether namespaces that don't say take part
     */
    public static boolean wanted(KubeService service, Optional<KubeNamespace> namespace, Exports exports) {
        Namespaces namespaces = new Namespaces(exports.everyNamespace());
        namespace.ifPresent(namespaces::upsert);
        return service.type() != KubeService.Type.EXTERNAL_NAME
                && namespaces.isGlobal(service.meta().namespace())
                && GlobalService.of(service, Set.of()).global()
                && GlobalService.syncsSlices(service, new ArrayList<>());
    }
}
