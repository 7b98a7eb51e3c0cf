package io.clustermesh.bpf.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.clustermesh.bpf.libbpf.Errno;
import io.clustermesh.bpf.support.BpfSupport.Available;
import io.clustermesh.bpf.support.BpfSupport.Kind;
import io.clustermesh.bpf.support.BpfSupport.Missing;
import io.clustermesh.bpf.support.BpfSupport.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class BpfSupportTest {

    private static final Mounts ALL = Mounts.parse(List.of(
            "tmpfs /sys/fs/cgroup tmpfs rw 0 0",
            "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0",
            "bpf /run/other\\040place bpf rw 0 0",
            "bpf /sys/fs/bpf bpf rw 0 0"));

    @Test
    void shouldBeAvailableWhereAllIsThere() {
        assertThat(BpfSupport.of(ALL, true, Optional.empty()))
                .isEqualTo(new Available(Path.of("/sys/fs/bpf"), Path.of("/sys/fs/cgroup/unified")));
    }

    @Test
    void shouldTakeAnotherBpffsIfTheUsualIsMissing() {
        Mounts mounts = new Mounts(ALL.mounts().subList(0, 3));

        assertThat(mounts.bpffs()).contains(Path.of("/run/other place"));
    }

    @Test
    void shouldPreferTheUnifiedHierarchy() {
        Mounts mounts = Mounts.parse(List.of("a /elsewhere cgroup2 rw 0 0", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0"));

        assertThat(mounts.cgroup2()).contains(Path.of("/sys/fs/cgroup"));
    }

    @Test
    void shouldTellEverythingThatIsMissingWithItsRemedy() {
        Missing missing = (Missing) BpfSupport.of(new Mounts(List.of()), false, Optional.empty());

        assertThat(missing.reasons()).extracting(Reason::kind).containsExactly(Kind.LIBBPF, Kind.BPFFS, Kind.CGROUP2);
        assertThat(missing.reasons()).extracting(Reason::remedy).doesNotContain("");
        assertThat(missing)
                .hasToString(missing.toString())
                .asString()
                .contains("apt-get install libbpf1", "mount -t bpf");
    }

    @Test
    void shouldTellMissingRightsFromAnOldKernel() {
        assertThat(((Missing) BpfSupport.of(ALL, true, Optional.of(Errno.EPERM))).reasons())
                .extracting(Reason::kind)
                .containsExactly(Kind.RIGHTS);
        assertThat(((Missing) BpfSupport.of(ALL, true, Optional.of(new Errno(22)))).reasons())
                .extracting(Reason::kind)
                .containsExactly(Kind.KERNEL);
    }

    @Test
    void shouldNeverThrowOnThisMachine() {
        assertThatCode(BpfSupport::probe).doesNotThrowAnyException();
    }
}
