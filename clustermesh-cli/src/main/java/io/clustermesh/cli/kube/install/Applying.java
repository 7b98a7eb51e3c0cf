package io.clustermesh.cli.kube.install;

import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.cli.kube.SecretState;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;

/** Writes objects by server-side apply: fields that we write are ours, those of others stay. */
final class Applying {

    private static final int CONFLICT = 409;

    private Applying() {}

    static void apply(KubeSite site, HasMetadata object) {
        HasMetadata _ = site.ask(
                "apply " + Inventory.Entry.of(object),
                kube -> kube.resource(object)
                        .fieldManager(Names.FIELD_MANAGER)
                        .forceConflicts()
                        .serverSideApply());
    }

    /** Asks the API server whether it would take {@code object}; nothing is written. */
    static void rehearse(KubeSite site, HasMetadata object) {
        HasMetadata _ = site.ask(
                "apply " + Inventory.Entry.of(object),
                kube -> kube.resource(object)
                        .dryRun()
                        .fieldManager(Names.FIELD_MANAGER)
                        .forceConflicts()
                        .serverSideApply());
    }

    /** Makes {@code object} unless there is one already; whether it was made. */
    static boolean create(KubeSite site, HasMetadata object) {
        return site.ask("create " + Inventory.Entry.of(object), kube -> {
            try {
                HasMetadata _ = kube.resource(object).create();
                return true;
            } catch (KubernetesClientException e) {
                if (e.getCode() == CONFLICT) {
                    return false;
                }
                throw e;
            }
        });
    }

    /** Encoded here, since what is applied as text could not be taken away by a later apply. */
    static Secret secret(KubeSite site, String name, Map<String, String> content) {
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(site.namespace())
                .withName(name)
                .addToLabels(Labels.OURS)
                .endMetadata()
                .withType("Opaque")
                .withData(SecretState.encoded(content))
                .build();
    }
}
