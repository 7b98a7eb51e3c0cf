package io.clustermesh.apiserver.cache;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.clustermesh.store.kv.KeyText;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Revision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A key at one revision, held as the bytes of etcd's {@code mvccpb.KeyValue}, so that it is encoded once however many
 * clients read it. Immutable.
 *
 * <p>Millions of these are held, so there is nothing else in it: the bytes, and where in them the key lies. Everything
 * that is asked for less often is read from the bytes again.
 *
 * <p>A deleted key is an entry too: key and revision of the deletion, {@linkplain #version() version} 0.
 */
public final class Entry {

    /** The field of a range response, and of an event, that holds an entry. */
    public static final int FIELD = 2;

    private static final int KEY_FIELD = 1;
    private static final int CREATED_FIELD = 2;
    private static final int MODIFIED_FIELD = 3;
    private static final int VERSION_FIELD = 4;
    private static final int VALUE_FIELD = 5;
    private static final int LEASE_FIELD = 6;

    private static final int KEY_START_BITS = 4;

    /** Tag, length and message. */
    private final byte[] wire;

    /** Where the key ends, and in the lowest bits where it starts, which is never beyond the tenth byte. */
    private final int key;

    private Entry(byte[] key, byte[] value, Numbers numbers) {
        int size = size(key.length, value.length, numbers);
        byte[] bytes = new byte[1 + CodedOutputStream.computeUInt32SizeNoTag(size) + size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeTag(FIELD, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(size);
            out.writeByteArray(KEY_FIELD, key);
            int keyEnd = out.getTotalBytesWritten();
            this.key = keyEnd << KEY_START_BITS | keyEnd - key.length;
            numbers.writeTo(out);
            if (value.length > 0) {
                out.writeByteArray(VALUE_FIELD, value);
            }
            if (numbers.lease != 0) {
                out.writeInt64(LEASE_FIELD, numbers.lease);
            }
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("the size of an entry was computed wrongly", e);
        }
        wire = bytes;
    }

    private record Numbers(long created, long modified, long version, long lease) {

        void writeTo(CodedOutputStream out) throws IOException {
            if (created != 0) {
                out.writeInt64(CREATED_FIELD, created);
            }
            if (modified != 0) {
                out.writeInt64(MODIFIED_FIELD, modified);
            }
            if (version != 0) {
                out.writeInt64(VERSION_FIELD, version);
            }
        }
    }

    /** A key as the store tells it. */
    static Entry of(KeyValue kv) {
        return new Entry(
                KeyText.bytes(kv.key()),
                kv.value(),
                new Numbers(
                        kv.version().created().value(),
                        kv.version().modified().value(),
                        kv.version().count(),
                        kv.leaseId()));
    }

    /** The trace of a deletion at {@code revision}. */
    static Entry tombstone(String key, Revision revision) {
        return new Entry(KeyText.bytes(key), new byte[0], new Numbers(0, revision.value(), 0, 0));
    }

    private int keyStart() {
        return key & (1 << KEY_START_BITS) - 1;
    }

    private int keyEnd() {
        return key >>> KEY_START_BITS;
    }

    /** Less than, equal to or greater than zero, as this key sorts against {@code other} in etcd's byte order. */
    int compareKey(byte[] other) {
        return Arrays.compareUnsigned(wire, keyStart(), keyEnd(), other, 0, other.length);
    }

    /** As {@link #compareKey(byte[])}. */
    public int compareKey(Entry other) {
        return Arrays.compareUnsigned(wire, keyStart(), keyEnd(), other.wire, other.keyStart(), other.keyEnd());
    }

    /** In etcd's byte order. */
    public int compareValue(Entry other) {
        return Arrays.compareUnsigned(value(), other.value());
    }

    /** The key as text. */
    public String key() {
        return KeyText.of(keyBytes());
    }

    byte[] keyBytes() {
        return Arrays.copyOfRange(wire, keyStart(), keyEnd());
    }

    /** The value as text. */
    public String text() {
        return new String(value(), StandardCharsets.UTF_8);
    }

    /** Revision of its creation, 0 for a deletion. */
    public long created() {
        return number(CREATED_FIELD);
    }

    /** Revision of its last write, or of the deletion. */
    public long modified() {
        return number(MODIFIED_FIELD);
    }

    /** Writes since its creation, 0 for a deletion. */
    public long version() {
        return number(VERSION_FIELD);
    }

    /** The lease it hangs on, 0 for none. */
    public long lease() {
        return number(LEASE_FIELD);
    }

    /** Bytes of the encoded message. */
    public int messageSize() {
        return wire.length - messageStart();
    }

    /** The encoded message as field {@value #FIELD} of another: tag, length, message. Nobody may write to it. */
    public byte[] wire() {
        return wire;
    }

    /** Writes the encoded message, without tag or length. */
    public void writeMessageTo(CodedOutputStream out) throws IOException {
        out.writeRawBytes(wire, messageStart(), messageSize());
    }

    /** The same entry without its value, for {@code keys_only}. */
    public Entry withoutValue() {
        return new Entry(keyBytes(), new byte[0], new Numbers(created(), modified(), version(), lease()));
    }

    /** The message begins with its key: one byte of tag, the key's length, the key. */
    private int messageStart() {
        return keyStart() - 1 - CodedOutputStream.computeUInt32SizeNoTag(keyEnd() - keyStart());
    }

    private long number(int field) {
        CodedInputStream in = fields();
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == field) {
                    return in.readInt64();
                }
                in.skipField(tag);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an entry can't be read again", e);
        }
        return 0;
    }

    /** The value; a copy. */
    public byte[] value() {
        CodedInputStream in = fields();
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == VALUE_FIELD) {
                    return in.readByteArray();
                }
                in.skipField(tag);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an entry can't be read again", e);
        }
        return new byte[0];
    }

    /** What stands behind the key. */
    private CodedInputStream fields() {
        return CodedInputStream.newInstance(wire, keyEnd(), wire.length - keyEnd());
    }

    private static int size(int keyBytes, int valueBytes, Numbers numbers) {
        return 1
                + CodedOutputStream.computeUInt32SizeNoTag(keyBytes)
                + keyBytes
                + numberSize(CREATED_FIELD, numbers.created)
                + numberSize(MODIFIED_FIELD, numbers.modified)
                + numberSize(VERSION_FIELD, numbers.version)
                + (valueBytes == 0 ? 0 : 1 + CodedOutputStream.computeUInt32SizeNoTag(valueBytes) + valueBytes)
                + numberSize(LEASE_FIELD, numbers.lease);
    }

    private static int numberSize(int field, long number) {
        return number == 0 ? 0 : CodedOutputStream.computeInt64Size(field, number);
    }

    @Override
    public String toString() {
        return key() + "@" + modified();
    }
}
