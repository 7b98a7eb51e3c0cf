package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.libbpf.BpfException;
import io.clustermesh.bpf.libbpf.BpfLink;
import io.clustermesh.bpf.libbpf.BpfMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where things are pinned: {@code <pinDir>/<version>/maps/<map>} and {@code <pinDir>/<version>/links/<program>}.
 *
 * @param pinDir a directory in a bpffs, of this data plane alone
 * @param version of the layout
 */
record PinnedMaps(Path pinDir, String version) {

    private static final String MAPS = "maps";
    private static final String LINKS = "links";

    /** Those of this version. */
    static PinnedMaps current(Path pinDir) {
        return new PinnedMaps(pinDir, KernelLayout.VERSION);
    }

    Path map(String name) {
        return pinDir.resolve(version).resolve(MAPS).resolve(name);
    }

    Path link(String program) {
        return pinDir.resolve(version).resolve(LINKS).resolve(program);
    }

    boolean exist() {
        return Files.isDirectory(pinDir.resolve(version));
    }

    boolean hasLinks(List<String> programs) {
        return programs.stream().allMatch(program -> Files.exists(link(program)));
    }

    /** Makes the directories. */
    void create() {
        requireBpffs();
        try {
            Files.createDirectories(map("any").getParent());
            Files.createDirectories(link("any").getParent());
        } catch (IOException e) {
            throw new UncheckedIOException("the pin directory %s cannot be made".formatted(pinDir), e);
        }
    }

    private void requireBpffs() {
        Path existing = nearestExisting(pinDir.toAbsolutePath());
        try {
            if (!Files.getFileStore(existing).type().equals("bpf")) {
                throw new BpfException.WrongPlace(
                        pinDir,
                        "not in a bpffs, where maps and links are pinned; mount one: mount -t bpf bpf /sys/fs/bpf");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the file system of %s cannot be told".formatted(existing), e);
        }
    }

    private static Path nearestExisting(Path path) {
        Path parent = path.getParent();
        return parent == null || Files.exists(path) ? path : nearestExisting(parent);
    }

    BpfMap open(String name) {
        Optional<BpfMap> map = BpfMap.openPinned(map(name));
        return map.orElseThrow(
                () -> new BpfException.WrongPlace(map(name), "the map that was just pinned here is gone; start again"));
    }

    /** Entries of a map that is pinned already. */
    Optional<Integer> entries(String name) {
        return BpfMap.openPinned(map(name)).map(map -> {
            try (map) {
                return map.info().maxEntries();
            }
        });
    }

    /** Removes the pins of this version. What is pinned elsewhere too, or held, stays. */
    void unpin() {
        Path directory = pinDir.resolve(version);
        for (String kind : List.of(LINKS, MAPS)) {
            children(directory.resolve(kind)).forEach(PinnedMaps::delete);
            delete(directory.resolve(kind));
        }
        delete(directory);
    }

    /** Detaches every program, then removes every pin, of all versions. */
    static void removeAll(Path pinDir) {
        for (Path version : children(pinDir)) {
            children(version.resolve(LINKS)).forEach(BpfLink::detach);
            new PinnedMaps(pinDir, version.getFileName().toString()).unpin();
        }
        delete(pinDir);
    }

    private static List<Path> children(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(directory)) {
            return list.toList();
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be listed".formatted(directory), e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be removed".formatted(path), e);
        }
    }
}
