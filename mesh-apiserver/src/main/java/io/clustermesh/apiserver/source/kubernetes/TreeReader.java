package io.clustermesh.apiserver.source.kubernetes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From JSON to the part of its tree that a {@link Shape} keeps; the rest is skipped as it is read. Texts that come again
 * and again (names of nodes, zones and namespaces, values of labels) are held once, as far as a small table remembers
 * them. Owned by one thread.
 */
final class TreeReader {

    private static final int MAX_SHARED_LENGTH = 80;
    private static final int TABLE = 4096;

    /** Names of fields are not interned: labels have as many as people like. */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(8 << 20).build())
            .build();

    private final @Nullable String[] shared = new @Nullable String[TABLE];

    static JsonFactory factory() {
        return FACTORY;
    }

    /** The value that {@code in} stands at, cut to {@code shape}; afterwards {@code in} stands at its end. */
    JsonNode read(JsonParser in, Shape shape) throws IOException {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (in.currentToken()) {
            case START_OBJECT -> object(in, shape);
            case START_ARRAY -> array(in, shape);
            case VALUE_STRING -> nodes.textNode(share(in.getText()));
            case VALUE_TRUE -> nodes.booleanNode(true);
            case VALUE_FALSE -> nodes.booleanNode(false);
            case VALUE_NUMBER_INT -> nodes.numberNode(in.getLongValue());
            case VALUE_NUMBER_FLOAT -> nodes.numberNode(in.getDoubleValue());
            default -> nodes.nullNode();
        };
    }

    private ObjectNode object(JsonParser in, Shape shape) throws IOException {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            Optional<Shape> field = shape.field(name);
            if (field.isPresent()) {
                object.set(share(name), read(in, field.get()));
            } else {
                in.skipChildren();
            }
        }
        return object;
    }

    private ArrayNode array(JsonParser in, Shape shape) throws IOException {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            array.add(read(in, shape));
        }
        return array;
    }

    private String share(String text) {
        if (text.length() > MAX_SHARED_LENGTH) {
            return text;
        }
        int slot = (text.hashCode() * 0x9e3779b9) >>> 20;
        String known = shared[slot];
        if (known != null && known.equals(text)) {
            return known;
        }
        shared[slot] = text;
        return text;
    }
}
