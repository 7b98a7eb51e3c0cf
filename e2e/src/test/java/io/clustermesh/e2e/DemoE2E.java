package io.clustermesh.e2e;

import static io.clustermesh.e2e.Commands.clustermesh;
import static io.clustermesh.e2e.Commands.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.e2e.Commands.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The demo as a newcomer runs it: its exit code is its verdict, and its words must hold for both data planes. */
class DemoE2E {

    @Test
    void shouldFailOverInTheKernelAndLeaveNothing() {
        Prerequisites.assumeKernelDataPlane();

        Result demo = clustermesh("demo");

        assertThat(demo.exitCode()).as(demo.out() + demo.err()).isZero();
        assertThat(demo.out()).contains("west", "east").doesNotContainIgnoringCase("no kernel data plane");
        assertThat(run("ip", "netns", "list").ok().out()).doesNotContain("cm-demo", "cm-rig");
    }

    @Test
    void shouldShowTheSameScenarioWithoutRightsOrKernel() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv (util-linux) drops the rights");
        assumeTrue(Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward")), "dropping rights needs root");

        Result demo = run(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all",
                "env",
                "HOME=/tmp",
                Commands.root().resolve("bin/clustermesh").toString(),
                "demo");

        assertThat(demo.exitCode()).as(demo.out() + demo.err()).isZero();
        assertThat(demo.out() + demo.err()).containsIgnoringCase("no kernel data plane");
    }
}
