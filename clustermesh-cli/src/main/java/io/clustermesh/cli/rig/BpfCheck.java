package io.clustermesh.cli.rig;

import io.clustermesh.bpf.support.BpfSupport;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether eBPF works on this machine, for {@link Prerequisites}. */
public final class BpfCheck {

    private BpfCheck() {}

    /** What is missing, in one line; empty if nothing is. A bpffs that is not mounted is none of it: the rig mounts it. */
    public static Optional<String> missing() {
        if (!(BpfSupport.probe() instanceof BpfSupport.Missing missing)) {
            return Optional.empty();
        }
        List<BpfSupport.Reason> reasons = missing.reasons().stream()
                .filter(reason -> reason.kind() != BpfSupport.Kind.BPFFS)
                .toList();
        return reasons.isEmpty()
                ? Optional.empty()
                : Optional.of(reasons.stream()
                        .map(reason -> reason.detail() + " (" + reason.remedy() + ")")
                        .collect(Collectors.joining("; ")));
    }
}
