package io.clustermesh.apiserver.source;

import com.fasterxml.jackson.databind.JsonNode;

/** One object of the Kubernetes API, by the rules that manifests are read by. Stateless. */
public final class ObjectReader {

    private ObjectReader() {}

    /** What came of an object. */
    public sealed interface Outcome {

        /** It is fine. */
        record Good(KubeObject object) implements Outcome {}

        /**
         * It is not.
         *
         * @param rule the rule that is broken, with the value seen
         * @param remedy what to do about it
         */
        record Broken(String rule, String remedy) implements Outcome {}
    }

    /**
     * Reads one.
     *
     * @param tree at least the fields that the mesh uses
     */
    public static Outcome read(KubeObject.Kind kind, JsonNode tree) {
        try {
            return new Outcome.Good(ObjectParser.parse(kind, Fields.root(tree)));
        } catch (RuleBroken e) {
            return new Outcome.Broken(e.rule(), e.remedy());
        }
    }
}
