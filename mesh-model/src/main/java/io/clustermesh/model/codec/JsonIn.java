package io.clustermesh.model.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.clustermesh.model.Decoded;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads one JSON object that nobody vouches for. A null stands for the zero value, an unknown field is skipped, of a
 * field that comes twice the last one counts: as Go reads. Size and depth are bounded.
 */
final class JsonIn {

    private static final int MAX_DEPTH = 16;

    /** Names are not remembered: those of a service's backends are addresses, and a table of all of them is copied each time. */
    private static final JsonFactory ANY_NAMES = factory(false);

    /** For objects whose names are a known few; several times faster. The table begins anew after some thousand others. */
    private static final JsonFactory FEW_NAMES = factory(true);

    private final JsonParser parser;

    private JsonIn(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Decodes {@code json}; whatever is wrong with it becomes the reason.
     *
     * @param what the object's kind, for the reason
     * @param reader called with the parser on the object; refuses with an {@link IllegalArgumentException}
     */
    static <T> Decoded<T> decode(String what, byte[] json, Function<JsonIn, T> reader) {
        return Guard.decode(what, json, bytes -> read(ANY_NAMES, bytes, reader));
    }

    /** As {@link #decode}, for objects in which no name is data. */
    static <T> Decoded<T> decodeFixed(String what, byte[] json, Function<JsonIn, T> reader) {
        return Guard.decode(what, json, bytes -> read(FEW_NAMES, bytes, reader));
    }

    private static JsonFactory factory(boolean rememberNames) {
        return JsonFactory.builder()
                .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, rememberNames)
                .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxDocumentLength(Guard.MAX_BYTES)
                        .maxStringLength(Guard.MAX_BYTES)
                        .maxNameLength(4096)
                        .maxNumberLength(32)
                        .build())
                .build();
    }

    private static <T> T read(JsonFactory factory, byte[] json, Function<JsonIn, T> reader) {
        try (JsonParser parser = factory.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no JSON object");
            }
            T value = reader.apply(new JsonIn(parser));
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("more text after the object's end");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        } catch (BrokenJson e) {
            throw new IllegalArgumentException(e.cause.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("no JSON (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    /** Reads the fields of the object that the parser stands on; none if it stands on a null. */
    void fields(Consumer<String> field) {
        if (isNull()) {
            return;
        }
        expect(JsonToken.START_OBJECT, "an object");
        while (next() != JsonToken.END_OBJECT) {
            String name = name();
            next();
            field.accept(name);
        }
    }

    /** Reads the items of the array that the parser stands on; none if it stands on a null. */
    void items(Runnable item) {
        if (isNull()) {
            return;
        }
        expect(JsonToken.START_ARRAY, "an array");
        while (next() != JsonToken.END_ARRAY) {
            item.run();
        }
    }

    /** The text here, "" for null. */
    String text() {
        if (isNull()) {
            return "";
        }
        expect(JsonToken.VALUE_STRING, "a text");
        try {
            return parser.getText();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The whole number here, 0 for null. */
    int number() {
        if (isNull()) {
            return 0;
        }
        expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
        try {
            return parser.getIntValue();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The truth value here, false for null. */
    boolean flag() {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE && token != JsonToken.VALUE_NULL) {
            throw unexpected("true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    boolean isText() {
        return parser.currentToken() == JsonToken.VALUE_STRING;
    }

    /** An object of texts. */
    Map<String, String> textMap() {
        Map<String, String> map = new TreeMap<>();
        fields(key -> map.put(key, text()));
        return map;
    }

    /** An array of texts. */
    List<String> texts() {
        List<String> texts = new ArrayList<>();
        items(() -> texts.add(text()));
        return texts;
    }

    /** Passes over whatever stands here. */
    void skip() {
        try {
            parser.skipChildren();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private void expect(JsonToken token, String what) {
        if (parser.currentToken() != token) {
            throw unexpected(what);
        }
    }

    private IllegalArgumentException unexpected(String what) {
        return new IllegalArgumentException("%s at byte %d where %s belongs"
                .formatted(parser.currentToken(), parser.currentTokenLocation().getByteOffset(), what));
    }

    private JsonToken next() {
        try {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new IllegalArgumentException("the JSON ends too early");
            }
            return token;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private String name() {
        try {
            return parser.currentName();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static RuntimeException broken(IOException e) {
        return e instanceof JsonProcessingException json
                ? new BrokenJson(json)
                : new IllegalArgumentException("no JSON (" + e.getClass().getSimpleName() + ")", e);
    }

    /** Carries the parser's complaint through the lambdas. */
    private static final class BrokenJson extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final JsonProcessingException cause;

        BrokenJson(JsonProcessingException cause) {
            super(cause);
            this.cause = cause;
        }
    }
}
