package io.clustermesh.bpf.support;

import io.clustermesh.bpf.libbpf.Errno;
import io.clustermesh.bpf.libbpf.KernelTrial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether the eBPF data plane can run here. */
public sealed interface BpfSupport {

    /**
     * It can.
     *
     * @param bpffs where to pin
     * @param cgroup2 the root of the cgroups to attach to
     */
    record Available(Path bpffs, Path cgroup2) implements BpfSupport {}

    /**
     * It cannot.
     *
     * @param reasons all of them, at least one
     */
    record Missing(List<Reason> reasons) implements BpfSupport {

        public Missing {
            reasons = List.copyOf(reasons);
            if (reasons.isEmpty()) {
                throw new IllegalArgumentException("something must be missing");
            }
        }

        /** One line with every reason and its remedy. */
        @Override
        public String toString() {
            return reasons.stream()
                    .map(reason -> reason.detail() + " (" + reason.remedy() + ")")
                    .collect(Collectors.joining("; "));
        }
    }

    /** What may be missing. */
    enum Kind {
        LIBBPF,
        RIGHTS,
        KERNEL,
        BPFFS,
        CGROUP2
    }

    /**
     * @param kind what is missing
     * @param detail what was seen
     * @param remedy what to do about it
     */
    record Reason(Kind kind, String detail, String remedy) {}

    /** Looks and tries, leaving nothing behind; takes a few milliseconds and never throws for what is missing. */
    static BpfSupport probe() {
        return of(Mounts.read(), KernelTrial.hasLibbpf(), trial());
    }

    private static Optional<Errno> trial() {
        return KernelTrial.hasLibbpf() ? KernelTrial.loadConnectProgram() : Optional.empty();
    }

    /** Judges what was found. */
    static BpfSupport of(Mounts mounts, boolean libbpf, Optional<Errno> refusal) {
        List<Reason> reasons = new ArrayList<>();
        if (!libbpf) {
            reasons.add(new Reason(Kind.LIBBPF, "libbpf.so.1 not found", "Debian: apt-get install libbpf1"));
        }
        refusal.ifPresent(errno -> reasons.add(
                errno.equals(Errno.EPERM)
                        ? new Reason(
                                Kind.RIGHTS,
                                "no right to load eBPF programs (EPERM)",
                                "run as root, or with CAP_BPF and CAP_NET_ADMIN")
                        : new Reason(
                                Kind.KERNEL,
                                "the kernel refuses a program at the connect hook (%s)".formatted(errno),
                                "run Linux 6.1 or newer with CONFIG_CGROUP_BPF")));
        if (mounts.bpffs().isEmpty()) {
            reasons.add(new Reason(Kind.BPFFS, "no bpffs is mounted", "mount -t bpf bpf " + Mounts.BPFFS));
        }
        if (mounts.cgroup2().isEmpty()) {
            reasons.add(new Reason(
                    Kind.CGROUP2, "no cgroup2 is mounted", "mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified"));
        }
        if (reasons.isEmpty()) {
            return new Available(mounts.bpffs().orElseThrow(), mounts.cgroup2().orElseThrow());
        }
        return new Missing(reasons);
    }
}
