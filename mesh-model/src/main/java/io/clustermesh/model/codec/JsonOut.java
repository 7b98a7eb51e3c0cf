package io.clustermesh.model.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Writes one JSON object into memory. Maps come out sorted by key, as Go's encoder writes them, so that equal records
 * have equal bytes.
 */
final class JsonOut {

    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator generator;

    private JsonOut(JsonGenerator generator) {
        this.generator = generator;
    }

    /** The object whose fields {@code fields} writes. */
    static byte[] object(Consumer<JsonOut> fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
            JsonOut out = new JsonOut(generator);
            generator.writeStartObject();
            fields.accept(out);
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    void text(String name, String value) {
        run(() -> generator.writeStringField(name, value));
    }

    /** Leaves the field out if the value is empty. */
    void textIfAny(String name, String value) {
        if (!value.isEmpty()) {
            text(name, value);
        }
    }

    void number(String name, int value) {
        run(() -> generator.writeNumberField(name, value));
    }

    /** Leaves the field out if it says what is usual. */
    void numberUnless(String name, int value, int usual) {
        if (value != usual) {
            number(name, value);
        }
    }

    void flag(String name, boolean value) {
        run(() -> generator.writeBooleanField(name, value));
    }

    /** Leaves the field out if it is false. */
    void flagIfSet(String name, boolean value) {
        if (value) {
            flag(name, true);
        }
    }

    void nothing(String name) {
        run(() -> generator.writeNullField(name));
    }

    /** An object in a field. */
    void object(String name, Runnable fields) {
        run(() -> generator.writeObjectFieldStart(name));
        fields.run();
        run(generator::writeEndObject);
    }

    /** An array of objects in a field. */
    <T> void objects(String name, Iterable<T> items, Consumer<T> fields) {
        run(() -> generator.writeArrayFieldStart(name));
        for (T item : items) {
            run(generator::writeStartObject);
            fields.accept(item);
            run(generator::writeEndObject);
        }
        run(generator::writeEndArray);
    }

    /** An array of texts in a field. */
    void texts(String name, Iterable<String> items) {
        run(() -> generator.writeArrayFieldStart(name));
        for (String item : items) {
            run(() -> generator.writeString(item));
        }
        run(generator::writeEndArray);
    }

    /** Leaves the field out if there are none. */
    void textsIfAny(String name, List<String> items) {
        if (!items.isEmpty()) {
            texts(name, items);
        }
    }

    /** An object in a field, one entry for each of the map's, sorted by name. */
    <V> void map(String name, Map<String, V> entries, BiConsumer<String, V> entry) {
        object(name, () -> new TreeMap<>(entries).forEach(entry));
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void run(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }
}
