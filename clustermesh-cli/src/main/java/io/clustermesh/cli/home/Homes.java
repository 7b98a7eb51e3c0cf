package io.clustermesh.cli.home;

import io.clustermesh.cli.console.CommandFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The clusters that a command can see.
 *
 * @param directory the folder with their homes
 * @param homes one for each cluster, by name
 */
public record Homes(Path directory, List<ClusterHome> homes) {

    public Homes {
        homes = List.copyOf(homes);
    }

    /** Reads every home in {@code directory}. */
    public static Homes in(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new CommandFailed(
                    "%s is no folder with clusters' homes".formatted(directory),
                    "give one with --home, or run \"clustermesh rig up\"");
        }
        try (Stream<Path> folders = Files.list(directory)) {
            return new Homes(
                    directory,
                    folders.filter(folder -> Files.exists(folder.resolve(ClusterHome.FILE)))
                            .sorted()
                            .map(ClusterHome::read)
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("could not list " + directory, e);
        }
    }

    /** Those in {@code given}, else those of the one rig below {@code rigs}. */
    public static Homes find(Optional<Path> given, Path rigs) {
        if (given.isPresent()) {
            return in(given.get());
        }
        List<Path> found = List.of();
        if (Files.isDirectory(rigs)) {
            try (Stream<Path> folders = Files.list(rigs)) {
                found = folders.map(folder -> folder.resolve("clusters"))
                        .filter(Files::isDirectory)
                        .sorted()
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException("could not list " + rigs, e);
            }
        }
        if (found.isEmpty()) {
            throw new CommandFailed(
                    "no rig is up in %s".formatted(rigs), "clustermesh rig up, or name the folder with --home");
        }
        if (found.size() > 1) {
            throw new CommandFailed("more than one rig is up: " + found, "choose one with --home");
        }
        return in(found.getFirst());
    }

    /** The cluster called {@code name}. */
    public Optional<ClusterHome> find(String name) {
        return homes.stream().filter(home -> home.name().value().equals(name)).findFirst();
    }
}
