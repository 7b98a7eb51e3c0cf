package io.clustermesh.apiserver.source;

/**
 * A Namespace.
 *
 * @param meta its labels become part of the identity of its pods; an annotation can take it out of the mesh
 */
public record KubeNamespace(ObjectMeta meta) implements KubeObject {

    @Override
    public Kind kind() {
        return Kind.NAMESPACE;
    }
}
