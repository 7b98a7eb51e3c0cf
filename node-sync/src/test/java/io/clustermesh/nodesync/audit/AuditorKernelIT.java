package io.clustermesh.nodesync.audit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.bpf.support.BpfSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The same with the kernel's maps, in a cgroup without processes. */
class AuditorKernelIT extends AuditorContract {

    private final List<AutoCloseable> open = new ArrayList<>();

    @Override
    ServiceTables tables() {
        BpfSupport support = BpfSupport.probe();
        assumeTrue(support instanceof BpfSupport.Available, () -> "needs eBPF: " + support);
        BpfSupport.Available available = (BpfSupport.Available) support;
        String name = "audit-it-" + ProcessHandle.current().pid();
        Path pins = available.bpffs().resolve(name);
        try {
            Path cgroup = Files.createDirectory(available.cgroup2().resolve(name));
            open.add(() -> Files.deleteIfExists(cgroup));
            open.add(() -> KernelServiceTables.uninstall(pins));
            KernelServiceTables tables =
                    KernelServiceTables.open(new KernelServiceTables.Config(pins, cgroup, CAPACITY));
            open.add(tables);
            return tables;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void cleanUp() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
    }
}
