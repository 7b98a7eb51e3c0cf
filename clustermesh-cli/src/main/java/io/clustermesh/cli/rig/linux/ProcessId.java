package io.clustermesh.cli.rig.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process, told apart from a later one with the same pid.
 *
 * @param pid its number
 * @param startTicks when it started, in clock ticks since boot
 */
public record ProcessId(long pid, long startTicks) {

    /** Reads {@code <pid> <start ticks>}. */
    public static Optional<ProcessId> parse(String text) {
        String[] words = text.strip().split(" ");
        try {
            return words.length == 2
                    ? Optional.of(new ProcessId(Long.parseLong(words[0]), Long.parseLong(words[1])))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Whether it runs; a zombie does not. */
    public boolean isAlive() {
        return stat(pid).filter(s -> s.startTicks == startTicks && !s.zombie).isPresent();
    }

    /** SIGTERM; nothing if it is gone. */
    public void terminate() {
        signal(false);
    }

    /** SIGKILL; nothing if it is gone. */
    public void kill() {
        signal(true);
    }

    private void signal(boolean force) {
        if (isAlive()) {
            ProcessHandle.of(pid).ifPresent(handle -> {
                boolean _ = force ? handle.destroyForcibly() : handle.destroy();
            });
        }
    }

    /** Resident memory in bytes; 0 if it is gone. */
    public long residentBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // gone
        }
        return 0;
    }

    private record Stat(long startTicks, boolean zombie) {}

    private static Optional<Stat> stat(long pid) {
        try {
            return parseStat(Files.readString(Path.of("/proc/" + pid + "/stat")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Fields are counted from behind the last ')', since a process may have blanks and brackets in its name. */
    private static Optional<Stat> parseStat(String line) {
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return fields.length < 20
                ? Optional.empty()
                : Optional.of(new Stat(Long.parseLong(fields[19]), fields[0].equals("Z")));
    }
}
