package io.clustermesh.cli.home;

import io.clustermesh.model.ClusterName;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The home of one cluster.
 *
 * @param directory the folder
 * @param file what its {@code cluster.yaml} says
 */
public record ClusterHome(Path directory, ClusterFile file) implements ClusterAccess {

    /** The file that makes a folder a cluster's home. */
    public static final String FILE = "cluster.yaml";

    /** Reads the home in {@code directory}. */
    public static ClusterHome read(Path directory) {
        return new ClusterHome(directory, ClusterFile.read(Settings.read(directory.resolve(FILE))));
    }

    public ClusterName name() {
        return file.name();
    }

    @Override
    public String title() {
        return file.name().value();
    }

    @Override
    public AdminClient.Answer send(String process, String method, String pathAndQuery) {
        return AdminClient.send(socket(process), method, pathAndQuery);
    }

    @Override
    public String follow(String process, String path, String after, Consumer<AdminClient.StreamedEvent> consumer) {
        return AdminClient.follow(socket(process), path, after, consumer);
    }

    /** The connection to {@code peer}, in Cilium's format. */
    public Path peerFile(ClusterName peer) {
        return directory.resolve("peers").resolve(peer + ".yaml");
    }

    /** The trusted CA of {@code peer}. */
    public Path trustFile(ClusterName peer) {
        return directory.resolve("trust").resolve(peer + ".crt");
    }

    /** Names of the peers that this cluster is connected to, by its own files. */
    @Override
    public List<String> peers() {
        return names("peers", ".yaml");
    }

    /** The unix socket of the admin API of {@code process}, for example {@code mesh-apiserver}. */
    public Path socket(String process) {
        return directory.resolve("run").resolve(process + ".sock");
    }

    /** Processes that have, or should have, an admin API: those with a config file. */
    @Override
    public List<String> processes() {
        return names("conf", ".yaml");
    }

    /** The mesh-apiservers among them, at least one. */
    @Override
    public List<String> apiservers() {
        List<String> found = processes().stream()
                .filter(process -> process.matches("mesh-apiserver(-.+)?"))
                .toList();
        return found.isEmpty() ? List.of("mesh-apiserver") : found;
    }

    /** The settings of the cluster and of its processes; no keys. */
    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        facts.put(FILE, text(directory.resolve(FILE)));
        for (String process : processes()) {
            facts.put(
                    "conf_" + process + ".yaml", text(directory.resolve("conf").resolve(process + ".yaml")));
        }
        for (String peer : peers()) {
            facts.put("peers_" + peer + ".yaml", text(directory.resolve("peers").resolve(peer + ".yaml")));
        }
        facts.put("trust.txt", String.join("\n", names("trust", ".crt")));
        return facts;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "could not be read: " + e;
        }
    }

    private List<String> names(String folder, String suffix) {
        Path path = directory.resolve(folder);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(suffix) && !name.startsWith("."))
                    .map(name -> name.substring(0, name.length() - suffix.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("could not list " + path, e);
        }
    }
}
