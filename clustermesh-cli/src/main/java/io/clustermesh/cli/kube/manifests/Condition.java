package io.clustermesh.cli.kube.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands behind {@code if}.
 *
 * @param value what is looked at
 * @param equalTo the text that it must be, with {@code eq}
 * @param negated with {@code not}
 */
record Condition(Expression value, Optional<String> equalTo, boolean negated) {

    private static final Pattern EQUAL = Pattern.compile("eq (\\S+) \"([^\"]*)\"");

    static Condition parse(String text, Template.Place place) {
        Matcher equal = EQUAL.matcher(text);
        if (equal.matches()) {
            return new Condition(Expression.parse(equal.group(1), place), Optional.of(equal.group(2)), false);
        }
        boolean negated = text.startsWith("not ");
        String rest = negated ? text.substring(4).strip() : text;
        if (rest.indexOf('|') >= 0) {
            throw place.refuse("a condition looks at a value as it is; remove what follows \"|\"");
        }
        return new Condition(Expression.parse(rest, place), Optional.empty(), negated);
    }

    boolean holds(JsonNode root) {
        JsonNode found = value.value(root);
        if (equalTo.isPresent()) {
            return found.isTextual() && found.asText().equals(equalTo.get());
        }
        return truth(found) != negated;
    }

    private static boolean truth(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY, OBJECT -> !value.isEmpty();
            case STRING -> !value.asText().isEmpty();
            case BOOLEAN -> value.asBoolean();
            case NUMBER -> value.asDouble() != 0;
            default -> false;
        };
    }
}
