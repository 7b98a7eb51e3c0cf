package io.clustermesh.apiserver.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A cursor on one mapping of a manifest, which knows its path, so that every complaint can name the field. A missing
 * field and a {@code null} one are alike, as for the Kubernetes API.
 *
 * @param node the mapping, or nothing
 * @param path where it is, for example {@code spec.ports[1]}
 */
record Fields(JsonNode node, String path) {

    static Fields root(JsonNode node) {
        return new Fields(node, "");
    }

    /** The mapping in field {@code name}; reading from a missing one finds nothing. */
    Fields mapping(String name) {
        JsonNode child = child(name);
        if (!child.isMissingNode() && !child.isObject()) {
            throw wrong(name, "a mapping", child);
        }
        return new Fields(child, at(name));
    }

    /** The mappings in the list of field {@code name}. */
    List<Fields> mappings(String name) {
        List<Fields> items = new ArrayList<>();
        JsonNode list = list(name);
        for (int i = 0; i < list.size(); i++) {
            String itemPath = at(name) + "[" + i + "]";
            if (!list.get(i).isObject()) {
                throw wrongAt(itemPath, "a mapping", list.get(i));
            }
            items.add(new Fields(list.get(i), itemPath));
        }
        return items;
    }

    /** Each text in the list of field {@code name}, read by {@code reader}. */
    <T> List<T> values(String name, Function<String, T> reader) {
        List<T> items = new ArrayList<>();
        JsonNode list = list(name);
        for (int i = 0; i < list.size(); i++) {
            String itemPath = at(name) + "[" + i + "]";
            if (!list.get(i).isTextual()) {
                throw wrongAt(itemPath, "a string", list.get(i));
            }
            items.add(readAt(itemPath, list.get(i).textValue(), reader));
        }
        return items;
    }

    Optional<String> text(String name) {
        JsonNode child = child(name);
        if (child.isMissingNode()) {
            return Optional.empty();
        }
        if (!child.isTextual()) {
            throw wrong(name, "a string", child);
        }
        return Optional.of(child.textValue());
    }

    /** The text of field {@code name}, read by {@code reader}. */
    <T> Optional<T> value(String name, Function<String, T> reader) {
        return text(name).map(text -> readAt(at(name), text, reader));
    }

    Optional<Boolean> flag(String name) {
        JsonNode child = child(name);
        if (child.isMissingNode()) {
            return Optional.empty();
        }
        if (!child.isBoolean()) {
            throw wrong(name, "true or false", child);
        }
        return Optional.of(child.booleanValue());
    }

    Optional<Integer> number(String name) {
        JsonNode child = child(name);
        if (child.isMissingNode()) {
            return Optional.empty();
        }
        if (!child.isIntegralNumber() || !child.canConvertToInt()) {
            throw wrong(name, "a whole number", child);
        }
        return Optional.of(child.intValue());
    }

    /** The mapping of field {@code name}, whose values must all be strings: labels, annotations, selectors. */
    Map<String, String> strings(String name) {
        Map<String, String> strings = new LinkedHashMap<>();
        mapping(name).node.properties().forEach(entry -> {
            if (!entry.getValue().isTextual()) {
                throw new RuleBroken(
                        "%s[\"%s\"] must be a string, but is %s".formatted(at(name), entry.getKey(), entry.getValue()),
                        "put the value in quotes");
            }
            strings.put(entry.getKey(), entry.getValue().textValue());
        });
        return strings;
    }

    /** The path of field {@code name}. */
    String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private JsonNode child(String name) {
        JsonNode child = node.path(name);
        return child.isNull() ? MissingNode.getInstance() : child;
    }

    private JsonNode list(String name) {
        JsonNode child = child(name);
        if (!child.isMissingNode() && !child.isArray()) {
            throw wrong(name, "a list", child);
        }
        return child;
    }

    private static <T> T readAt(String path, String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw new RuleBroken(path + ": " + e.getMessage(), "correct the value");
        }
    }

    private RuleBroken wrong(String name, String expected, JsonNode seen) {
        return wrongAt(at(name), expected, seen);
    }

    private static RuleBroken wrongAt(String path, String expected, JsonNode seen) {
        String text = seen.toString();
        return new RuleBroken(
                "%s must be %s, but is %s".formatted(path, expected, text.length() > 80 ? text.substring(0, 80) : text),
                "correct the value");
    }
}
