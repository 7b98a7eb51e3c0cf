package io.clustermesh.cli.rig.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A named network namespace.
 *
 * @param name as in {@code ip netns list}
 */
public record Netns(String name) {

    private static final Path FOLDER = Path.of("/run/netns");

    /**
     * Settings of a fresh namespace: it forwards, takes packets whose way back is another one, and uses IPv6 addresses at
     * once, without asking whether somebody else has them (DAD). Only this namespace is touched: /proc/sys/net shows the
     * reader's own.
     */
    private static final String SETTINGS = String.join(
            "\n",
            "cd /proc/sys/net",
            "echo 1 > ipv4/ip_forward",
            "for f in ipv4/conf/all/rp_filter ipv4/conf/default/rp_filter; do echo 0 > $f; done",
            "for f in ipv4/conf/all/send_redirects ipv4/conf/default/send_redirects; do echo 0 > $f; done",
            "for f in ipv6/conf/all ipv6/conf/default; do echo 1 > $f/forwarding; echo 0 > $f/accept_dad;"
                    + " echo 0 > $f/accept_ra; done",
            "exit 0");

    /** Makes it, with the loopback interface up. */
    public void create() {
        Shell.run(List.of("ip", "netns", "add", name));
        Shell.run(inside(List.of("sh", "-c", SETTINGS + "\n")));
        ip("link set lo up");
    }

    /** Runs lines of {@code ip} commands in it, all of them in one go. */
    public void ip(String... lines) {
        Shell.run(List.of("ip", "-n", name, "-batch", "-"), String.join("\n", lines) + "\n");
    }

    /** {@code command}, run in it. */
    public List<String> inside(List<String> command) {
        List<String> whole = new ArrayList<>(List.of("nsenter", "--net=" + FOLDER.resolve(name), "--"));
        whole.addAll(command);
        return whole;
    }

    public boolean exists() {
        return Files.exists(FOLDER.resolve(name));
    }

    /** Removes it, and with it every interface in it; no fault if it is gone already. */
    public void delete() {
        if (exists()) {
            Shell.Result result = Shell.attempt(List.of("ip", "netns", "del", name), "");
            if (result.exit() != 0 && exists()) {
                throw new CommandException("namespace %s could not be removed: %s"
                        .formatted(name, result.output().strip()));
            }
        }
    }

    /** Every namespace whose name starts with {@code prefix}. */
    public static List<Netns> withPrefix(String prefix) {
        if (!Files.isDirectory(FOLDER)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .map(Netns::new)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("could not list " + FOLDER, e);
        }
    }
}
