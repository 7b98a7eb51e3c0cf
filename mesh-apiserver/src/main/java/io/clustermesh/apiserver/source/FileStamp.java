package io.clustermesh.apiserver.source;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        }
        return ofManifests(folder, names);
    }

    /** Those of {@code names} that are manifests and there. */
    static Map<String, FileStamp> ofManifests(Path folder, Collection<String> names) throws IOException {
        Map<String, FileStamp> stamps = new TreeMap<>();
        for (String name : names) {
            if (isManifest(name)) {
                of(folder, name).ifPresent(stamp -> stamps.put(name, stamp));
            }
        }
        return stamps;
    }

    /** Empty if it is no file, or went away while we looked. */
    static Optional<FileStamp> of(Path folder, String name) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(folder.resolve(name), BasicFileAttributes.class);
            return attributes.isRegularFile() ? Optional.of(of(attributes)) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static FileStamp of(BasicFileAttributes attributes) {
        return new FileStamp(
                attributes.size(),
                attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
                String.valueOf(attributes.fileKey()));
    }

    static boolean isManifest(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && (lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json"));
    }
}
