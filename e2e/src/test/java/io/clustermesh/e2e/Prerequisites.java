package io.clustermesh.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.bpf.support.BpfSupport;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine must have; each missing thing skips with its reason. */
final class Prerequisites {

    private Prerequisites() {}

    static void assumeKernelDataPlane() {
        assumeTrue(Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward")), "the rig needs root");
        BpfSupport support = BpfSupport.probe();
        assumeTrue(support instanceof BpfSupport.Available, () -> "no kernel data plane: " + support);
    }
}
