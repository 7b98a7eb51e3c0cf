package io.clustermesh.apiserver.cache;

import com.google.protobuf.CodedOutputStream;
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
 * <p>A deleted key is an entry too: key and revision of the deletion, {@linkplain #version() version} 0.
 */
public final class Entry {

    private static final int KEY_FIELD = 1;
    private static final int CREATED_FIELD = 2;
    private static final int MODIFIED_FIELD = 3;
    private static final int VERSION_FIELD = 4;
    private static final int VALUE_FIELD = 5;
    private static final int LEASE_FIELD = 6;

    private final byte[] message;
    private final int keyStart;
    private final int keyEnd;
    private final int valueStart;
    private final int valueEnd;
    private final long created;
    private final long modified;
    private final long version;
    private final long lease;

    private Entry(byte[] key, byte[] value, long created, long modified, long version, long lease) {
        this.created = created;
        this.modified = modified;
        this.version = version;
        this.lease = lease;
        message = new byte[size(key.length, value.length)];
        CodedOutputStream out = CodedOutputStream.newInstance(message);
        try {
            out.writeByteArray(KEY_FIELD, key);
            keyEnd = out.getTotalBytesWritten();
            keyStart = keyEnd - key.length;
            writeNumbers(out);
            if (value.length > 0) {
                out.writeByteArray(VALUE_FIELD, value);
            }
            valueEnd = out.getTotalBytesWritten();
            valueStart = valueEnd - value.length;
            writeLease(out);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("the size of an entry was computed wrongly", e);
        }
    }

    /** A key as the store tells it. */
    static Entry of(KeyValue kv) {
        return new Entry(
                kv.key().getBytes(StandardCharsets.UTF_8),
                kv.value(),
                kv.version().created().value(),
                kv.version().modified().value(),
                kv.version().count(),
                kv.leaseId());
    }

    /** The trace of a deletion at {@code revision}. */
    static Entry tombstone(String key, Revision revision) {
        return new Entry(key.getBytes(StandardCharsets.UTF_8), new byte[0], 0, revision.value(), 0, 0);
    }

    /** Less than, equal to or greater than zero, as this key sorts against {@code key} in etcd's byte order. */
    int compareKey(byte[] key) {
        return Arrays.compareUnsigned(message, keyStart, keyEnd, key, 0, key.length);
    }

    /** As {@link #compareKey(byte[])}. */
    public int compareKey(Entry other) {
        return Arrays.compareUnsigned(message, keyStart, keyEnd, other.message, other.keyStart, other.keyEnd);
    }

    /** In etcd's byte order. */
    public int compareValue(Entry other) {
        return Arrays.compareUnsigned(message, valueStart, valueEnd, other.message, other.valueStart, other.valueEnd);
    }

    /** The key as text. */
    public String key() {
        return new String(message, keyStart, keyEnd - keyStart, StandardCharsets.UTF_8);
    }

    byte[] keyBytes() {
        return Arrays.copyOfRange(message, keyStart, keyEnd);
    }

    /** The value as text. */
    public String text() {
        return new String(message, valueStart, valueEnd - valueStart, StandardCharsets.UTF_8);
    }

    /** Revision of its creation, 0 for a deletion. */
    public long created() {
        return created;
    }

    /** Revision of its last write, or of the deletion. */
    public long modified() {
        return modified;
    }

    /** Writes since its creation, 0 for a deletion. */
    public long version() {
        return version;
    }

    /** The lease it hangs on, 0 for none. */
    public long lease() {
        return lease;
    }

    /** Bytes of the encoded message. */
    public int messageSize() {
        return message.length;
    }

    /** Writes the encoded message, without tag or length. */
    public void writeTo(CodedOutputStream out) throws IOException {
        out.writeRawBytes(message);
    }

    /** The same message without its value, for {@code keys_only}. */
    public byte[] messageWithoutValue() {
        byte[] bare = new byte[size(keyEnd - keyStart, 0)];
        CodedOutputStream out = CodedOutputStream.newInstance(bare);
        try {
            out.writeByteArray(KEY_FIELD, keyBytes());
            writeNumbers(out);
            writeLease(out);
        } catch (IOException e) {
            throw new UncheckedIOException("the size of an entry was computed wrongly", e);
        }
        return bare;
    }

    private void writeNumbers(CodedOutputStream out) throws IOException {
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

    private void writeLease(CodedOutputStream out) throws IOException {
        if (lease != 0) {
            out.writeInt64(LEASE_FIELD, lease);
        }
    }

    private int size(int keyBytes, int valueBytes) {
        return 1
                + CodedOutputStream.computeUInt32SizeNoTag(keyBytes)
                + keyBytes
                + number(CREATED_FIELD, created)
                + number(MODIFIED_FIELD, modified)
                + number(VERSION_FIELD, version)
                + (valueBytes == 0 ? 0 : 1 + CodedOutputStream.computeUInt32SizeNoTag(valueBytes) + valueBytes)
                + number(LEASE_FIELD, lease);
    }

    private static int number(int field, long value) {
        return value == 0 ? 0 : CodedOutputStream.computeInt64Size(field, value);
    }

    @Override
    public String toString() {
        return key() + "@" + modified;
    }
}
