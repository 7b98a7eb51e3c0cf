package io.clustermesh.apiserver.source;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What tells, without reading it, that a file is not the one it was.
 *
 * @param size bytes
 * @param modifiedNanos time of the last change
 * @param inode device and inode, as text
 */
record FileStamp(long size, long modifiedNanos, String inode) {

    /** The manifests in {@code folder}, by name; links are followed, hidden files are not looked at. */
    static Map<String, FileStamp> ofManifests(Path folder) throws IOException {
        Map<String, FileStamp> stamps = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (isManifest(name)) {
                    try {
                        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                        if (attributes.isRegularFile()) {
                            stamps.put(name, of(attributes));
                        }
                    } catch (NoSuchFileException e) {
                        // went away while we looked
                        continue;
                    }
                }
            }
        }
        return stamps;
    }

    private static FileStamp of(BasicFileAttributes attributes) {
        return new FileStamp(
                attributes.size(),
                attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
                String.valueOf(attributes.fileKey()));
    }

    private static boolean isManifest(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && (lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json"));
    }
}
