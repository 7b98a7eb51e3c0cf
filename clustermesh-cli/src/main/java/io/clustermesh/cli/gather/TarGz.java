package io.clustermesh.cli.gather;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;

/** Writes a compressed archive of text files (POSIX ustar). The file is its owner's only. Not thread-safe. */
final class TarGz implements AutoCloseable {

    private static final int BLOCK = 512;
    private static final int NAME_BYTES = 100;

    private final OutputStream out;
    private final Instant time;

    private TarGz(OutputStream out, Instant time) {
        this.out = out;
        this.time = time;
    }

    /** @param time that all files in it get */
    static TarGz create(Path file, Instant time) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return new TarGz(new GZIPOutputStream(Files.newOutputStream(file), 1 << 16), time);
    }

    void add(String name, String text) throws IOException {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        if (nameBytes.length > NAME_BYTES) {
            throw new IllegalArgumentException(
                    "\"%s\" has more than %d bytes, which a tar can't name".formatted(name, NAME_BYTES));
        }
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        byte[] header = new byte[BLOCK];
        put(header, 0, nameBytes);
        put(header, 100, "0000600\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, octal(content.length));
        put(header, 136, octal(time.getEpochSecond()));
        put(header, 148, "        "); // the checksum counts its own field as blanks
        header[156] = '0';
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        out.write(header);
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static String octal(long value) {
        return "%011o\0".formatted(value);
    }

    private static void put(byte[] header, int at, String text) {
        put(header, at, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void put(byte[] header, int at, byte[] bytes) {
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    @Override
    public void close() throws IOException {
        try (out) {
            out.write(new byte[2 * BLOCK]);
        }
    }
}
