package io.clustermesh.model.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;

/**
 * Reads one protobuf message that nobody vouches for. Unknown fields and fields of an unexpected type are skipped, of a
 * scalar that comes twice the last one counts: as protobuf says. Whoever reads repeated fields bounds their number.
 */
final class ProtoIn {

    private final CodedInputStream in;
    private int wireType;

    private ProtoIn(CodedInputStream in) {
        this.in = in;
    }

    /** What to do with a field, by its number; one that is not read is skipped. */
    interface Fields {
        void accept(int number) throws IOException;
    }

    /** @throws IllegalArgumentException if the bytes are no message */
    static void message(byte[] bytes, Function<ProtoIn, Fields> reader) {
        ProtoIn in = new ProtoIn(CodedInputStream.newInstance(bytes));
        try {
            in.fields(reader.apply(in));
        } catch (IOException e) {
            throw new IllegalArgumentException("broken protobuf (%s)".formatted(e.getMessage()), e);
        }
    }

    private void fields(Fields fields) throws IOException {
        while (true) {
            int tag = in.readTag();
            if (tag == 0) {
                return;
            }
            wireType = WireFormat.getTagWireType(tag);
            int before = in.getTotalBytesRead();
            fields.accept(WireFormat.getTagFieldNumber(tag));
            if (in.getTotalBytesRead() == before && !in.skipField(tag)) {
                throw new IllegalArgumentException("broken protobuf (a group ends that never began)");
            }
        }
    }

    /** Whether a text or a message stands here; one that doesn't is not read. */
    boolean isDelimited() {
        return wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    /** The message in the field that the reader stands on. */
    void nested(Fields fields) throws IOException {
        if (!isDelimited()) {
            return;
        }
        int outer = in.pushLimit(in.readRawVarint32());
        fields(fields);
        in.checkLastTagWas(0);
        in.popLimit(outer);
    }

    /** The text here, {@code otherwise} if the field is of another type. */
    String text(String otherwise) throws IOException {
        return isDelimited() ? in.readStringRequireUtf8() : otherwise;
    }

    /** The number here, {@code otherwise} if the field is of another type. */
    int number(int otherwise) throws IOException {
        return wireType == WireFormat.WIRETYPE_VARINT ? in.readInt32() : otherwise;
    }

    boolean flag(boolean otherwise) throws IOException {
        return wireType == WireFormat.WIRETYPE_VARINT ? in.readBool() : otherwise;
    }

    /** One entry of a map of texts. */
    void entry(Map<String, String> map) throws IOException {
        if (!isDelimited()) {
            return;
        }
        var entry = new Object() {
            String key = "";
            String value = "";
        };
        nested(number -> {
            switch (number) {
                case 1 -> entry.key = text(entry.key);
                case 2 -> entry.value = text(entry.value);
                default -> {}
            }
        });
        map.put(entry.key, entry.value);
    }
}
