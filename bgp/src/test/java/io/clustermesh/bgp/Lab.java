package io.clustermesh.bgp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.store.admin.AdminClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Network namespaces {@code cm-bgp-*} in a row, each joined to the next by a cable, with processes in them. Closing it
 * ends the processes and removes the namespaces.
 */
final class Lab implements AutoCloseable {

    private final Path folder;
    private final Deque<Process> processes = new ArrayDeque<>();
    private final List<String> namespaces = new ArrayList<>();

    /** Skips the test if this machine can't have namespaces. */
    Lab(Path folder) {
        this.folder = folder;
        assumeTrue("root".equals(System.getProperty("user.name")), "network namespaces need root");
        assumeTrue(run("ip", "netns", "list").ok(), "\"ip netns\" does not work here");
    }

    record Output(int status, String text) {
        boolean ok() {
            return status == 0;
        }
    }

    /** A namespace; the name gets the prefix of this module. */
    String namespace(String name) {
        String full = "cm-bgp-" + ProcessHandle.current().pid() % 10000 + name;
        run("ip", "netns", "del", full);
        must("ip", "netns", "add", full);
        namespaces.add(full);
        must("ip", "-n", full, "link", "set", "lo", "up");
        in(full, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        return full;
    }

    /** A cable: {@code left} gets address 1, {@code right} address 2 of 172.30.{@code net}.0/24 and fd30:{@code net}::/64. */
    void cable(int net, String left, String right) {
        String l = "c" + net + "l";
        String r = "c" + net + "r";
        must("ip", "link", "add", l, "netns", left, "type", "veth", "peer", "name", r, "netns", right);
        for (String[] end : new String[][] {{left, l, "1"}, {right, r, "2"}}) {
            must("ip", "-n", end[0], "addr", "add", "172.30.%d.%s/24".formatted(net, end[2]), "dev", end[1]);
            must("ip", "-n", end[0], "addr", "add", "fd30:%d::%s/64".formatted(net, end[2]), "dev", end[1], "nodad");
            must("ip", "-n", end[0], "link", "set", end[1], "up");
        }
    }

    /** Our speaker in {@code namespace}; its admin socket is {@code <name>.sock}. */
    Process speaker(String namespace, String name, String settings) {
        Path config = write(
                name + ".yaml",
                settings + "\nholdTime: 9s\nconnectRetry: 1s\nconvergence: 5s\nadmin: {socket: " + name + ".sock}\n");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return start(
                namespace,
                name,
                java,
                "-Xmx48m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SpeakerProcess.class.getName(),
                config.toString());
    }

    /** Ask a speaker; empty while it can't answer. */
    String view(String name, String path) {
        try {
            return AdminClient.get(folder.resolve(name + ".sock"), path).body();
        } catch (AdminClient.Unreachable e) {
            return "";
        }
    }

    /** A program in {@code namespace} that runs until it is stopped. */
    Process start(String namespace, String name, String... command) {
        try {
            Process process = new ProcessBuilder(inside(namespace, command))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve(name + ".log").toFile())
                    .start();
            processes.push(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Output in(String namespace, String... command) {
        return run(inside(namespace, command).toArray(String[]::new));
    }

    private static List<String> inside(String namespace, String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(command));
        return all;
    }

    /** Routes with protocol 186 in {@code namespace}, both families, as iproute2 prints them. */
    String bgpRoutes(String namespace) {
        return run("ip", "-n", namespace, "-4", "route", "show", "proto", "bgp").text()
                + run("ip", "-n", namespace, "-6", "route", "show", "proto", "bgp")
                        .text();
    }

    Path write(String file, String text) {
        try {
            return Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    void must(String... command) {
        Output output = run(command);
        if (!output.ok()) {
            throw new IllegalStateException(String.join(" ", command) + ": " + output.text());
        }
    }

    static Output run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Output(process.waitFor(), text);
        } catch (IOException e) {
            return new Output(127, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static void assumeInstalled(String program) {
        assumeTrue(Files.isExecutable(Path.of(program)), program + " is not installed");
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : processes) {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        namespaces.forEach(namespace -> run("ip", "netns", "del", namespace));
    }
}
