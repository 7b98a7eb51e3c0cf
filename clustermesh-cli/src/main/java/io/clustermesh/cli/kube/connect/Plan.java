package io.clustermesh.cli.kube.connect;

import io.clustermesh.cli.console.CommandFailed;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Edits that belong together: shown, exported, or all made. */
public final class Plan {

    private final List<SecretEdit> edits;

    /** Edits of one Secret become one. */
    Plan(List<SecretEdit> edits) {
        Map<String, SecretEdit> merged = new LinkedHashMap<>();
        edits.forEach(edit -> merged.merge(edit.toString(), edit, Plan::both));
        this.edits = List.copyOf(merged.values());
    }

    private static SecretEdit both(SecretEdit one, SecretEdit other) {
        Map<String, String> put = new TreeMap<>(one.put());
        put.putAll(other.put());
        TreeSet<String> remove = new TreeSet<>(one.remove());
        remove.addAll(other.remove());
        return new SecretEdit(one.cluster(), one.site(), one.secret(), put, remove);
    }

    /** What it would change, by Secret; empty if everything is so already. */
    public List<String> differences() {
        List<String> lines = new ArrayList<>();
        for (SecretEdit edit : edits) {
            List<String> keys = edit.differences();
            if (!keys.isEmpty()) {
                lines.add(edit.toString());
                keys.forEach(key -> lines.add("  " + key));
            }
        }
        return lines;
    }

    /** Makes all changes, or none: what was made before a failure is taken back. @return whether anything changed */
    public boolean apply() {
        List<SecretEdit> undo = new ArrayList<>();
        try {
            for (SecretEdit edit : edits) {
                edit.apply().ifPresent(undo::add);
            }
            return !undo.isEmpty();
        } catch (RuntimeException failure) {
            for (SecretEdit back : undo.reversed()) {
                try {
                    back.apply().ifPresent(again -> {});
                } catch (RuntimeException e) {
                    failure.addSuppressed(new CommandFailed(
                            "%s could not be put back: %s".formatted(back, e.getMessage()),
                            "run the command again, or \"clustermesh disconnect\"",
                            e));
                }
            }
            throw failure;
        }
    }

    /**
     * Writes every Secret whole, as it will be, one file each, readable by nobody else. The clusters stay as they are.
     *
     * @return the files
     */
    public List<Path> export(Path directory) {
        List<Path> files = new ArrayList<>();
        try {
            Files.createDirectories(directory);
            for (SecretEdit edit : edits) {
                Path file = directory.resolve(edit.cluster() + "-" + edit.secret() + ".yaml");
                Files.deleteIfExists(file);
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(file, Serialization.asYaml(edit.exported()));
                files.add(file);
            }
        } catch (IOException e) {
            throw new CommandFailed(
                    "could not write manifests to %s: %s".formatted(directory, e), "name another folder", e);
        }
        return files;
    }
}
