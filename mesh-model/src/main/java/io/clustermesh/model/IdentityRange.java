package io.clustermesh.model;

/**
 * The identities that one cluster may hand out, both ends included (Cilium {@code pkg/identity/numericidentity.go}).
 *
 * @param first the lowest identity of the cluster
 * @param last the highest one
 */
public record IdentityRange(NumericIdentity first, NumericIdentity last) {

    /** The range of cluster {@code id} in a mesh of {@code size}. */
    public static IdentityRange of(ClusterId id, MeshSize size) {
        int first = id.value() << size.identityBits();
        int last = ((id.value() + 1) << size.identityBits()) - 1;
        return new IdentityRange(new NumericIdentity(first), new NumericIdentity(last));
    }

    /** Whether {@code identity} lies in this range. */
    public boolean contains(NumericIdentity identity) {
        return identity.compareTo(first) >= 0 && identity.compareTo(last) <= 0;
    }
}
