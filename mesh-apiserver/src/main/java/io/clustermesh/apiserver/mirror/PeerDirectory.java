package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.ClusterName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The folder of connection files, {@code <peer>.yaml} each. Cilium's Secret, mounted here as it is, will do too: its files
 * have no suffix, and the certificates that they name, with the paths that they have in Cilium's own pods, stand beside
 * them. The file of our own name is ignored, as Cilium does. A file that makes no sense keeps what it said before. Owned by one
 * thread.
 */
final class PeerDirectory {

    /** Endings of what is no connection file: certificates and keys, and what editors leave. */
    private static final List<String> OTHERS = List.of(".crt", ".key", ".pem", "~", ".tmp");

    private final Path directory;
    private final ClusterName own;
    private final Map<ClusterName, PeerFile> lastGood = new HashMap<>();
    /** What each file said when it was last parsed: hundreds of them are looked at twice a second, and hardly change. */
    private final Map<ClusterName, Parsed> parsed = new HashMap<>();

    private record Parsed(String text, PeerFile file) {}

    PeerDirectory(Path directory, ClusterName own) {
        this.directory = directory;
        this.own = own;
    }

    /**
     * @param peers by name
     * @param errors one sentence for each file that can't be used, by file name
     */
    record Reading(Map<ClusterName, PeerFile> peers, Map<String, String> errors) {}

    /** Reads every file; empty if the folder can't be listed, which must not look like "no peers". */
    Optional<Reading> read(Map<String, String> errors) {
        Map<ClusterName, PeerFile> found = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> listing = Files.list(directory)) {
            files = listing.filter(Files::isRegularFile).sorted().toList();
        } catch (NoSuchFileException e) {
            files = List.of(); // no peer was ever connected
        } catch (IOException e) {
            errors.put(
                    directory.toString(),
                    "folder %s can't be listed (%s); check its rights".formatted(directory, e.getMessage()));
            return Optional.empty();
        }
        for (Path file : files) {
            take(file, found, errors);
        }
        lastGood.clear();
        lastGood.putAll(found);
        parsed.keySet().retainAll(found.keySet());
        return Optional.of(new Reading(found, errors));
    }

    private void take(Path file, Map<ClusterName, PeerFile> found, Map<String, String> errors) {
        String fileName = String.valueOf(file.getFileName());
        if (fileName.startsWith(".") || OTHERS.stream().anyMatch(fileName::endsWith)) {
            return;
        }
        String name = fileName.replaceAll("\\.ya?ml$", "");
        if (name.equals(own.value())) {
            return;
        }
        Optional<ClusterName> peer = Optional.empty();
        try {
            peer = Optional.of(new ClusterName(name));
            found.put(peer.get(), parse(peer.get(), Files.readString(file)).beside(directory));
        } catch (NoSuchFileException e) {
            return; // went away while we looked
        } catch (IOException | IllegalArgumentException e) {
            errors.put(
                    fileName,
                    "connection file %s can't be used: %s; correct it or connect again"
                            .formatted(file, e.getMessage()));
            peer.map(lastGood::get).ifPresent(before -> found.put(before.peer(), before));
        }
    }

    private PeerFile parse(ClusterName peer, String text) {
        Parsed before = parsed.get(peer);
        if (before != null && before.text().equals(text)) {
            return before.file();
        }
        if (!text.contains("endpoints:")) {
            throw new IllegalArgumentException("it has no endpoints");
        }
        PeerFile file = PeerFile.parse(peer, text);
        parsed.put(peer, new Parsed(text, file));
        return file;
    }
}
