package io.clustermesh.bpf.support;

import io.clustermesh.bpf.libbpf.BpfException;
import io.clustermesh.bpf.libbpf.KernelTrial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The mounts this process sees. A bpffs is seen only where it was mounted: {@code ip netns exec} mounts a fresh /sys
 * and so hides it, {@code nsenter --net} does not.
 *
 * @param mounts in the order of {@code /proc/mounts}
 */
public record Mounts(List<Mount> mounts) {

    /** Where a bpffs belongs. */
    public static final Path BPFFS = Path.of("/sys/fs/bpf");

    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    /**
     * @param point directory
     * @param type file system
     */
    public record Mount(Path point, String type) {}

    public Mounts {
        mounts = List.copyOf(mounts);
    }

    /** Reads {@code /proc/self/mounts}. */
    public static Mounts read() {
        try {
            return parse(Files.readAllLines(Path.of("/proc/self/mounts")));
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self/mounts cannot be read; is /proc mounted?", e);
        }
    }

    /** Takes lines as in {@code fstab(5)}: device, point, type, options; blanks written as {@code \040}. */
    static Mounts parse(List<String> lines) {
        return new Mounts(lines.stream()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length >= 3)
                .map(fields -> new Mount(Path.of(unescaped(fields[1])), fields[2]))
                .toList());
    }

    private static String unescaped(String text) {
        return OCTAL.matcher(text)
                .replaceAll(match -> String.valueOf((char) Integer.parseInt(match.group(1), 8))
                        .replace("\\", "\\\\"));
    }

    /** Where a bpffs is mounted, {@code /sys/fs/bpf} before others. */
    public Optional<Path> bpffs() {
        return first("bpf", BPFFS);
    }

    /** The root of the cgroup2 tree: {@code /sys/fs/cgroup}, or {@code /sys/fs/cgroup/unified} on hybrid machines. */
    public Optional<Path> cgroup2() {
        return first("cgroup2", Path.of("/sys/fs/cgroup"));
    }

    private Optional<Path> first(String type, Path preferred) {
        List<Path> points = mounts.stream()
                .filter(mount -> mount.type().equals(type))
                .map(Mount::point)
                .toList();
        return points.contains(preferred)
                ? Optional.of(preferred)
                : points.stream().findFirst();
    }

    /**
     * Finds a bpffs, or mounts one at {@link #BPFFS}.
     *
     * @throws BpfException if it cannot be mounted
     */
    public static Path ensureBpffs() {
        Optional<Path> mounted = read().bpffs();
        if (mounted.isPresent()) {
            return mounted.get();
        }
        KernelTrial.mountBpffs(BPFFS);
        return BPFFS;
    }
}
