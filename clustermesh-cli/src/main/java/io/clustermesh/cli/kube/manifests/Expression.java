package io.clustermesh.cli.kube.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code .Values.a.b | toJson | quote}: a value and what is made of it.
 *
 * @param path the names from the root to the value
 * @param functions applied from left to right
 * @param place where it stands
 */
record Expression(List<String> path, List<Function> functions, Template.Place place) {

    private static final Pattern PATH = Pattern.compile("(\\.[A-Za-z][A-Za-z0-9]*)+");

    Expression {
        path = List.copyOf(path);
        functions = List.copyOf(functions);
    }

    /** What Helm's functions of the same name do. */
    enum Function {
        TO_JSON("toJson"),
        QUOTE("quote");

        private final String word;

        Function(String word) {
            this.word = word;
        }
    }

    static Expression parse(String text, Template.Place place) {
        String[] steps = text.split("\\|", -1);
        String first = steps[0].strip();
        if (!PATH.matcher(first).matches()) {
            throw place.refuse("\"%s\" is no value; write for example .Values.cluster.name".formatted(first));
        }
        return new Expression(
                Arrays.asList(first.substring(1).split("\\.", -1)),
                Arrays.stream(steps)
                        .skip(1)
                        .map(step -> function(step.strip(), place))
                        .toList(),
                place);
    }

    private static Function function(String word, Template.Place place) {
        return Arrays.stream(Function.values())
                .filter(known -> known.word.equals(word))
                .findFirst()
                .orElseThrow(
                        () -> place.refuse("function \"%s\" is not known; there are toJson and quote".formatted(word)));
    }

    /** The value itself, a missing node if there is none. */
    JsonNode value(JsonNode root) {
        JsonNode at = root;
        for (String name : path) {
            at = at.path(name);
        }
        return at;
    }

    String text(JsonNode root) {
        JsonNode value = value(root);
        if (value.isMissingNode()) {
            throw place.refuse(".%s has no value; write one into values.yaml".formatted(String.join(".", path)));
        }
        JsonNode made = value;
        for (Function function : functions) {
            made = TextNode.valueOf(
                    switch (function) {
                        case TO_JSON -> GoText.json(made);
                        case QUOTE -> GoText.quoted(scalar(made));
                    });
        }
        return scalar(made);
    }

    private String scalar(JsonNode value) {
        if (!value.isValueNode() || value.isNull()) {
            throw place.refuse(".%s is no text; print it with | toJson".formatted(String.join(".", path)));
        }
        return value.asText();
    }
}
