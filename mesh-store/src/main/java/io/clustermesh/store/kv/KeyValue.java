package io.clustermesh.store.kv;

import java.nio.charset.StandardCharsets;

/**
 * A key with its value and history.
 *
 * <p>The value array is shared, not copied; nobody may write to it.
 *
 * @param key UTF-8 key
 * @param value the bytes
 * @param version when it was created and last written
 * @param leaseId the lease it hangs on, 0 for none
 */
@SuppressWarnings("ArrayRecordComponent")
public record KeyValue(String key, byte[] value, Version version, long leaseId) {

    /**
     * @param created revision of the key's creation
     * @param modified revision of its last write
     * @param count writes since its creation, from 1
     */
    public record Version(Revision created, Revision modified, long count) {}

    /** The value as UTF-8 text. */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }
}
