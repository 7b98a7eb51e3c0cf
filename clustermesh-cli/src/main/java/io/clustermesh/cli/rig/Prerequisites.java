package io.clustermesh.cli.rig;

import io.clustermesh.cli.rig.linux.Cgroup;
import io.clustermesh.cli.rig.linux.Shell;
import io.clustermesh.cli.rig.plan.DataPlane;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a rig needs of the machine, looked at before anything is made. */
public final class Prerequisites {

    private Prerequisites() {}

    /**
     * What this machine has.
     *
     * @param root whether this process may do everything
     * @param missingCommands programs that are not installed
     * @param cgroup2 whether cgroups of version 2 are mounted and writable
     * @param bpf why eBPF does not work here; empty if it does
     */
    public record Machine(boolean root, List<String> missingCommands, boolean cgroup2, Optional<String> bpf) {
        public Machine {
            missingCommands = List.copyOf(missingCommands);
        }
    }

    /** Looks at this machine, as far as {@code dataPlane} needs it. */
    public static Machine look(DataPlane dataPlane, BpfProbe bpf) {
        List<String> needed =
                dataPlane == DataPlane.KERNEL ? List.of("ip", "nsenter", "setsid", "etcd") : List.of("setsid", "etcd");
        return new Machine(
                isRoot(),
                needed.stream().filter(c -> !Shell.isInstalled(c)).toList(),
                Cgroup.mount().filter(Files::isWritable).isPresent(),
                dataPlane == DataPlane.KERNEL && isRoot() ? bpf.missing() : Optional.empty());
    }

    /** Asks whether eBPF works here. */
    @FunctionalInterface
    public interface BpfProbe {

        /** What is missing; empty if nothing is. */
        Optional<String> missing();
    }

    /** One line for each thing that is missing, with the remedy; empty if nothing is. */
    public static List<String> missing(Machine machine, DataPlane dataPlane) {
        List<String> lines = new ArrayList<>();
        if (dataPlane == DataPlane.KERNEL && !machine.root()) {
            lines.add("root is missing: namespaces and eBPF need it; run with sudo");
        }
        for (String command : machine.missingCommands()) {
            lines.add("the command \"%s\" is missing: install the package %s".formatted(command, packageOf(command)));
        }
        if (dataPlane == DataPlane.KERNEL && machine.root()) {
            if (!machine.cgroup2()) {
                lines.add("cgroup version 2 is missing: mount it, \"mount -t cgroup2 none /sys/fs/cgroup/unified\"");
            }
            machine.bpf().ifPresent(why -> lines.add("eBPF is missing: " + why));
        }
        return lines;
    }

    private static String packageOf(String command) {
        return switch (command) {
            case "ip" -> "iproute2";
            case "etcd" -> "etcd-server";
            default -> "util-linux";
        };
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
