package io.clustermesh.cli.rig;

import io.clustermesh.cli.console.CommandFailed;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The launcher {@code bin/clustermesh}, through which the rig starts every Java process.
 *
 * @param path where it is
 */
public record Launcher(Path path) {

    /** The one that started this process; or, from a test, that of the checkout the classes are in. */
    public static Launcher find() {
        String property = System.getProperty("clustermesh.launcher", "");
        if (!property.isEmpty()) {
            return new Launcher(Path.of(property));
        }
        List<Path> starts = new ArrayList<>(List.of(Path.of("").toAbsolutePath()));
        ownLocation().ifPresent(starts::add);
        for (Path start : starts) {
            for (Path folder = start; folder != null; folder = folder.getParent()) {
                Path candidate = folder.resolve("bin/clustermesh");
                if (Files.isExecutable(candidate)) {
                    return new Launcher(candidate);
                }
            }
        }
        throw new CommandFailed(
                "the launcher bin/clustermesh is nowhere above " + starts,
                "start through bin/clustermesh, or set the property clustermesh.launcher");
    }

    private static Optional<Path> ownLocation() {
        try {
            return Optional.of(Path.of(Launcher.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI()));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
