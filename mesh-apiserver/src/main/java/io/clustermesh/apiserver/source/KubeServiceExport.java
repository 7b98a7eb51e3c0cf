package io.clustermesh.apiserver.source;

import io.clustermesh.model.ServiceExportSpec.Exported;

/**
 * A ServiceExport of MCS-API (KEP-1645): the Service of its name is offered to the whole cluster set.
 *
 * @param meta namespace and name are the Service's
 * @param exported labels and annotations that it hands on
 */
public record KubeServiceExport(ObjectMeta meta, Exported exported) implements KubeObject {

    @Override
    public Kind kind() {
        return Kind.SERVICE_EXPORT;
    }
}
