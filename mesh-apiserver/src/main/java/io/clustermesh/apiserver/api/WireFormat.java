package io.clustermesh.apiserver.api;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat.FieldType;
import io.clustermesh.apiserver.cache.Change;
import io.clustermesh.apiserver.cache.Entry;
import io.clustermesh.store.etcd.pb.Event;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.WatchResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts entries, which are encoded already, into the fields of etcd's answers. The fields and their numbers come from
 * the generated messages; only the bytes are moved here.
 */
final class WireFormat {

    private static final int KV = tag(Event.KV_FIELD_NUMBER);
    private static final int PREVIOUS = tag(Event.PREV_KV_FIELD_NUMBER);
    private static final int EVENTS = tag(WatchResponse.EVENTS_FIELD_NUMBER);
    private static final int KVS = tag(RangeResponse.KVS_FIELD_NUMBER);

    /** Field and value of {@code type = DELETE}; PUT is the default and takes no bytes. */
    private static final int DELETE_SIZE = 2;

    private WireFormat() {}

    /**
     * The {@code events} field of a watch response, in parts of about {@code partBytes}, for watchers that take
     * fragments; together the parts are the whole field.
     */
    static List<byte[]> events(List<Change> changes, boolean withPrevious, int partBytes) {
        List<byte[]> parts = new ArrayList<>(1);
        int from = 0;
        while (from < changes.size()) {
            int size = 0;
            int to = from;
            while (to < changes.size() && (to == from || size < partBytes)) {
                size += nested(EVENTS, eventSize(changes.get(to++), withPrevious));
            }
            byte[] part = new byte[size];
            CodedOutputStream out = CodedOutputStream.newInstance(part);
            try {
                for (Change change : changes.subList(from, to)) {
                    writeEvent(change, withPrevious, out);
                }
                out.checkNoSpaceLeft();
            } catch (IOException e) {
                throw new UncheckedIOException("the size of an event was computed wrongly", e);
            }
            parts.add(part);
            from = to;
        }
        return parts;
    }

    private static int eventSize(Change change, boolean withPrevious) {
        return (change.kind() == Change.Kind.DELETE ? DELETE_SIZE : 0)
                + nested(KV, change.entry().messageSize())
                + (withPrevious
                        ? change.previous()
                                .map(entry -> nested(PREVIOUS, entry.messageSize()))
                                .orElse(0)
                        : 0);
    }

    private static void writeEvent(Change change, boolean withPrevious, CodedOutputStream out) throws IOException {
        out.writeUInt32NoTag(EVENTS);
        out.writeUInt32NoTag(eventSize(change, withPrevious));
        if (change.kind() == Change.Kind.DELETE) {
            out.writeEnum(Event.TYPE_FIELD_NUMBER, Event.EventType.DELETE_VALUE);
        }
        writeNested(KV, change.entry(), out);
        if (withPrevious && change.previous().isPresent()) {
            writeNested(PREVIOUS, change.previous().get(), out);
        }
    }

    private static void writeNested(int tag, Entry entry, CodedOutputStream out) throws IOException {
        out.writeUInt32NoTag(tag);
        out.writeUInt32NoTag(entry.messageSize());
        entry.writeTo(out);
    }

    /** A range response: {@code head} holds every field but the entries. */
    static WireMessage range(RangeResponse head, List<Entry> entries, boolean keysOnly) {
        byte[] rest = head.toByteArray();
        if (keysOnly) {
            return bareRange(rest, entries);
        }
        int size = rest.length;
        for (Entry entry : entries) {
            size = Math.addExact(size, nested(KVS, entry.messageSize()));
        }
        int total = size;
        return new WireMessage() {
            @Override
            public int size() {
                return total;
            }

            @Override
            public void writeTo(OutputStream target) throws IOException {
                CodedOutputStream out = CodedOutputStream.newInstance(target);
                out.writeRawBytes(rest);
                for (Entry entry : entries) {
                    writeNested(KVS, entry, out);
                }
                out.flush();
            }
        };
    }

    private static WireMessage bareRange(byte[] rest, List<Entry> entries) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(all);
        try {
            out.writeRawBytes(rest);
            for (Entry entry : entries) {
                out.writeByteArray(RangeResponse.KVS_FIELD_NUMBER, entry.messageWithoutValue());
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a message in memory can't be written", e);
        }
        return WireMessage.of(all.toByteArray());
    }

    /** A watch response: {@code head} holds every field but the events. */
    static WireMessage watch(WatchResponse head, List<byte[]> events) {
        byte[] rest = head.toByteArray();
        int size = rest.length;
        for (byte[] part : events) {
            size = Math.addExact(size, part.length);
        }
        int total = size;
        return new WireMessage() {
            @Override
            public int size() {
                return total;
            }

            @Override
            public void writeTo(OutputStream target) throws IOException {
                target.write(rest);
                for (byte[] part : events) {
                    target.write(part);
                }
            }
        };
    }

    private static int tag(int field) {
        return field << 3 | FieldType.MESSAGE.getWireType();
    }

    private static int nested(int tag, int size) {
        return CodedOutputStream.computeUInt32SizeNoTag(tag) + CodedOutputStream.computeUInt32SizeNoTag(size) + size;
    }
}
