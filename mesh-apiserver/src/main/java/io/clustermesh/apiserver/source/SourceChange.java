package io.clustermesh.apiserver.source;

/** One object appeared, changed or went. */
public sealed interface SourceChange {

    /** Which object. */
    ObjectKey key();

    /** It is now like this. */
    record Upsert(KubeObject object) implements SourceChange {
        @Override
        public ObjectKey key() {
            return object.key();
        }
    }

    /** It is gone. */
    record Delete(ObjectKey key) implements SourceChange {}
}
