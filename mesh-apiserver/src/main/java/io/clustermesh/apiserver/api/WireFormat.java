package io.clustermesh.apiserver.api;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat.FieldType;
import io.clustermesh.apiserver.cache.Change;
import io.clustermesh.apiserver.cache.Entry;
import io.clustermesh.apiserver.h2.Payload;
import io.clustermesh.store.etcd.pb.Event;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.ResponseHeader;
import io.clustermesh.store.etcd.pb.WatchResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Puts entries, which are encoded already, into the fields of etcd's answers. The fields and their numbers come from
 * the generated messages; only the bytes are moved here.
 */
final class WireFormat {

    private static final int EVENTS = tag(WatchResponse.EVENTS_FIELD_NUMBER);
    private static final int PREVIOUS = tag(Event.PREV_KV_FIELD_NUMBER);

    /** Field and value of {@code type = DELETE}; PUT is the default and takes no bytes. */
    private static final int DELETE_SIZE = 2;

    static {
        // an entry is stored with the tag of the field that holds it, which must therefore be the same everywhere
        if (Event.KV_FIELD_NUMBER != Entry.FIELD || RangeResponse.KVS_FIELD_NUMBER != Entry.FIELD) {
            throw new IllegalStateException("etcd's API has renumbered the fields that hold a KeyValue");
        }
    }

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
                + change.entry().wire().length
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
        out.writeRawBytes(change.entry().wire());
        if (withPrevious && change.previous().isPresent()) {
            Entry previous = change.previous().get();
            out.writeUInt32NoTag(PREVIOUS);
            out.writeUInt32NoTag(previous.messageSize());
            previous.writeMessageTo(out);
        }
    }

    /** A range response: {@code head} holds every field but the entries. */
    static Payload range(RangeResponse head, List<Entry> entries, boolean keysOnly) {
        byte[] rest = head.toByteArray();
        List<Entry> shown = keysOnly ? entries.stream().map(Entry::withoutValue).toList() : entries;
        int size = rest.length;
        for (Entry entry : shown) {
            size = Math.addExact(size, entry.wire().length);
        }
        return new Range(rest, shown, size);
    }

    /** The stored entries themselves, one part each, behind the rest of the answer. */
    private record Range(byte[] rest, List<Entry> entries, int size) implements Payload {
        @Override
        public int parts() {
            return entries.size() + 1;
        }

        @Override
        public byte[] part(int index) {
            return index == 0 ? rest : entries.get(index - 1).wire();
        }
    }

    /** The {@code header} field of an answer. */
    static byte[] header(ResponseHeader header) {
        return WatchResponse.newBuilder().setHeader(header).build().toByteArray();
    }

    /**
     * What stands before the events of a watch response.
     *
     * @param header {@linkplain #header encoded}
     * @param fragment more of the same revision follows
     */
    static byte[] head(byte[] header, long watchId, boolean fragment) {
        byte[] rest = WatchResponse.newBuilder()
                .setWatchId(watchId)
                .setFragment(fragment)
                .build()
                .toByteArray();
        byte[] head = Arrays.copyOf(header, header.length + rest.length);
        System.arraycopy(rest, 0, head, header.length, rest.length);
        return head;
    }

    /** A watch response: {@code head} holds every field but the events. */
    static Payload watch(byte[] head, List<byte[]> events) {
        if (events.size() == 1) {
            return Payload.of(head, events.getFirst());
        }
        int size = head.length;
        for (byte[] part : events) {
            size = Math.addExact(size, part.length);
        }
        return new Parts(head, events, size);
    }

    private record Parts(byte[] head, List<byte[]> rest, int size) implements Payload {
        @Override
        public int parts() {
            return rest.size() + 1;
        }

        @Override
        public byte[] part(int index) {
            return index == 0 ? head : rest.get(index - 1);
        }
    }

    private static int tag(int field) {
        return field << 3 | FieldType.MESSAGE.getWireType();
    }

    private static int nested(int tag, int size) {
        return CodedOutputStream.computeUInt32SizeNoTag(tag) + CodedOutputStream.computeUInt32SizeNoTag(size) + size;
    }
}
