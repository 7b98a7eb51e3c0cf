package io.clustermesh.model.codec;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/** Writes one protobuf message into memory. Maps come out sorted by key, so that equal records have equal bytes. */
final class ProtoOut {

    private final CodedOutputStream out;

    private ProtoOut(CodedOutputStream out) {
        this.out = out;
    }

    /** What a message holds. */
    interface Fields {
        void write(ProtoOut out) throws IOException;
    }

    static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes, 512);
            fields.write(new ProtoOut(out));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    void text(int number, String value) throws IOException {
        out.writeString(number, value);
    }

    /** Leaves the field out if the value is empty. */
    void textIfAny(int number, String value) throws IOException {
        if (!value.isEmpty()) {
            text(number, value);
        }
    }

    void number(int number, int value) throws IOException {
        out.writeInt32(number, value);
    }

    void flag(int number, boolean value) throws IOException {
        out.writeBool(number, value);
    }

    void nested(int number, Fields fields) throws IOException {
        out.writeByteArray(number, message(fields));
    }

    void map(int number, Map<String, String> map) throws IOException {
        for (Map.Entry<String, String> entry : new TreeMap<>(map).entrySet()) {
            nested(number, part -> {
                part.text(1, entry.getKey());
                part.text(2, entry.getValue());
            });
        }
    }
}
