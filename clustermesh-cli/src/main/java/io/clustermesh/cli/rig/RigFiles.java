package io.clustermesh.cli.rig;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.RigOptions;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.model.ClusterName;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** Where rigs keep their state, and the file that says what rig it is. */
public final class RigFiles {

    private static final String FILE = "rig.properties";

    private RigFiles() {}

    /** {@code /run/clustermesh} for root, a folder of the user's own for others. */
    public static Path base() {
        if (Prerequisites.isRoot()) {
            return Path.of("/run/clustermesh");
        }
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return runtime != null && Files.isWritable(Path.of(runtime))
                ? Path.of(runtime, "clustermesh")
                : Path.of("/tmp", "clustermesh-" + System.getProperty("user.name"));
    }

    /** Rigs that have state below {@code base}, by name. */
    public static List<String> names(Path base) {
        if (!Files.isDirectory(base)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(base)) {
            return folders.filter(folder -> Files.exists(folder.resolve(FILE)))
                    .map(folder -> String.valueOf(folder.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("could not list " + base, e);
        }
    }

    /** Makes the rig's folder, for its owner only, and notes its options in it. */
    static void create(RigPlan plan) {
        RigOptions options = plan.options();
        String text = """
                name=%s
                clusters=%s
                nodes=%d
                replicas=%d
                dataPlane=%s
                graceMillis=%d
                """.formatted(
                options.name(),
                String.join(
                        ",", options.clusters().stream().map(ClusterName::value).toList()),
                options.size().nodes(),
                options.size().replicas(),
                options.dataPlane().text(),
                options.grace().toMillis());
        try {
            Path base = plan.directory().getParent();
            if (base != null) {
                Files.createDirectories(base);
            }
            Files.createDirectory(plan.directory());
            Files.setPosixFilePermissions(plan.directory(), PosixFilePermissions.fromString("rwx------"));
            Files.writeString(plan.directory().resolve(FILE), text);
        } catch (IOException e) {
            throw new UncheckedIOException("could not make " + plan.directory(), e);
        }
    }

    /** The plan of the rig called {@code name}, from its file. */
    public static RigPlan read(String name, Path base) {
        Path file = base.resolve(name).resolve(FILE);
        if (!Files.exists(file)) {
            throw new CommandFailed(
                    "there is no rig \"%s\" (no %s); there are %s".formatted(name, file, names(base)),
                    "clustermesh rig up");
        }
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + file, e);
        }
        return RigPlan.of(
                new RigOptions(
                        properties.getProperty("name", ""),
                        RigOptions.clusters(properties.getProperty("clusters", "")),
                        new RigOptions.Size(
                                Integer.parseInt(properties.getProperty("nodes", "0")),
                                Integer.parseInt(properties.getProperty("replicas", "1"))),
                        DataPlane.parse(properties.getProperty("dataPlane", "")),
                        Duration.ofMillis(Long.parseLong(properties.getProperty("graceMillis", "0")))),
                base);
    }

    /** Removes {@code folder} and all below; no fault if it is not there. Does not follow links. */
    static void deleteTree(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove " + folder, e);
        }
    }

    /** Removes {@code folder} if nothing is in it. */
    static void deleteIfEmpty(Path folder) {
        try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.of(folder)) {
            if (files.findAny().isEmpty()) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove " + folder, e);
        }
    }
}
