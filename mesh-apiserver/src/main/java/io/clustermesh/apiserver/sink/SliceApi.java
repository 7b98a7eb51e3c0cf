package io.clustermesh.apiserver.sink;

import io.clustermesh.model.ServiceName;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.TokenBucket;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;
import java.util.function.Consumer;

/** Our slices in the API server; every call blocks, and may throw fabric8's exception. Owned by one thread. */
final class SliceApi {

    /** What a role must say for this. */
    static final String RULE =
            "apiGroups: [\"discovery.k8s.io\"], resources: [\"endpointslices\"], verbs: [\"list\", \"create\", \"patch\", \"delete\"]";

    private static final String FIELD_MANAGER = "clustermesh-apiserver";
    private static final long PAGE = 200;
    private static final double BURST = 100;
    private static final double PER_SECOND = 20;

    private final KubernetesClient client;
    private final Clock clock;
    private final TokenBucket rate;

    SliceApi(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
        this.rate = new TokenBucket(BURST, PER_SECOND, clock);
    }

    /** All slices that we look after, a page at a time. */
    void list(Consumer<EndpointSlice> each) {
        String next = "";
        do {
            EndpointSliceList page = client.discovery()
                    .v1()
                    .endpointSlices()
                    .inAnyNamespace()
                    .withLabel(SliceObjects.MANAGED_BY, SliceObjects.US)
                    .list(new ListOptionsBuilder()
                            .withLimit(PAGE)
                            .withContinue(next.isEmpty() ? null : next)
                            .build());
            page.getItems().forEach(each);
            next = Optional.ofNullable(page.getMetadata().getContinue()).orElse("");
        } while (!next.isEmpty());
    }

    /** Makes the slice, or makes it this. */
    void write(ServiceName service, boolean headless, MeshSlice slice) throws InterruptedException {
        clock.sleep(rate.take(1));
        client.resource(SliceObjects.object(service, headless, slice))
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    /** Removes it; fine if it is gone. */
    void delete(ServiceName service, String name) throws InterruptedException {
        clock.sleep(rate.take(1));
        try {
            client.discovery()
                    .v1()
                    .endpointSlices()
                    .inNamespace(service.namespace())
                    .withName(name)
                    .delete();
        } catch (KubernetesClientException e) {
            if (!(ApiFailure.of(e, RULE) instanceof ApiFailure.Gone)) {
                throw e;
            }
        }
    }
}
