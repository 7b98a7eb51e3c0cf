package io.clustermesh.bench.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is known of this machine, and where on it things run. */
public final class Machine {

    private Machine() {}

    /** Which cores a process may use. */
    public enum Cores {
        /** Core 0: servers under test. */
        SERVERS("0"),
        /** Core 1: the load generator and what only helps it. */
        GENERATOR("1"),
        /** All. */
        ANY("");

        private final String list;

        Cores(String list) {
            this.list = list;
        }
    }

    /** {@code command} confined to {@code cores}, where the machine has two, and ended when this process dies. */
    public static List<String> confined(Cores cores, List<String> command) {
        List<String> whole = new java.util.ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        if (cores != Cores.ANY && Runtime.getRuntime().availableProcessors() > 1) {
            whole.addAll(List.of("taskset", "-c", cores.list));
        }
        whole.addAll(command);
        return List.copyOf(whole);
    }

    /** A port of loopback that was free a moment ago. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port on loopback", e);
        }
    }

    /** One line: processor, cores, memory, kernel. */
    public static String description() {
        return "%s, %d cores, %s GiB, Linux %s"
                .formatted(
                        field("/proc/cpuinfo", "model name"),
                        Runtime.getRuntime().availableProcessors(),
                        Long.parseLong(field("/proc/meminfo", "MemTotal").replaceAll("[^0-9]", "")) >> 20,
                        System.getProperty("os.version"));
    }

    /** Runnable processes, averaged over the last minute: others that want the cores. */
    public static double load() {
        return Double.parseDouble(read("/proc/loadavg").split(" ")[0]);
    }

    private static String field(String file, String name) {
        return read(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("0 unknown");
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }
}
