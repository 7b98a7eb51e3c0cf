package io.clustermesh.bench.apiserver;

import io.clustermesh.bench.fleet.Records;
import io.clustermesh.model.Keys;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * A cluster's keys as a file for {@code etcdload fill --file}: for each the key's length, the key, the value's length, the
 * value; lengths are 4 bytes, big endian.
 *
 * @param path the file
 */
public record RecordFile(Path path) {

    /** Writes pods first and what makes a reader believe them (config, heartbeat, canaries) last. */
    static RecordFile write(Path path, Records cluster, int nodes, int podsPerNode) {
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path), 1 << 20))) {
            for (int node = 0; node < nodes; node++) {
                for (int slot = 0; slot < podsPerNode; slot++) {
                    entry(out, Keys.ip(cluster.pod(node, slot)), cluster.podValue(node, slot, 0));
                }
            }
            for (Map.Entry<String, byte[]> entry :
                    cluster.frame(Instant.EPOCH.toString()).entrySet()) {
                entry(out, entry.getKey(), entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + path, e);
        }
        return new RecordFile(path);
    }

    /** Writes {@code entries} in their order. */
    public static RecordFile write(Path path, Iterable<Map.Entry<String, byte[]>> entries) {
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path), 1 << 20))) {
            for (Map.Entry<String, byte[]> entry : entries) {
                entry(out, entry.getKey(), entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + path, e);
        }
        return new RecordFile(path);
    }

    private static void entry(DataOutputStream out, String key, byte[] value) throws IOException {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        out.writeInt(name.length);
        out.write(name);
        out.writeInt(value.length);
        out.write(value);
    }
}
