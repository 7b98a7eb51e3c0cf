package io.clustermesh.apiserver.source;

import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NumericIdentity;

/**
 * An identity that Cilium has allocated in this cluster.
 *
 * @param meta its name is the number
 * @param identity the number
 * @param labels what it stands for
 */
public record CiliumIdentity(ObjectMeta meta, NumericIdentity identity, LabelSet labels) implements KubeObject {

    @Override
    public Kind kind() {
        return Kind.CILIUM_IDENTITY;
    }
}
