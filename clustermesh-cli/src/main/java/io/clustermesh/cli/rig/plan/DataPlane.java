package io.clustermesh.cli.rig.plan;

import java.util.Arrays;
import java.util.Locale;

/** What carries the rig's traffic. */
public enum DataPlane {
    /** Namespaces, cgroups and eBPF: needs root. */
    KERNEL,
    /** Processes on loopback addresses; the selector's choices are asked for, not enforced by a kernel. */
    MEMORY;

    /** Reads {@code kernel} or {@code memory}. */
    public static DataPlane parse(String text) {
        return Arrays.stream(values())
                .filter(value -> value.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "data plane \"%s\" is unknown; choose kernel or memory".formatted(text)));
    }

    /** As on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
