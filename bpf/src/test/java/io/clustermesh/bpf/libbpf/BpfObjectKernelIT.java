package io.clustermesh.bpf.libbpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.bpf.libbpf.BpfException.LoadRefused;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BpfObjectKernelIT {

    @BeforeEach
    void needKernel() {
        assumeTrue(
                KernelTrial.hasLibbpf() && KernelTrial.loadConnectProgram().isEmpty(), "needs root, libbpf and eBPF");
    }

    private static byte[] programs() throws IOException {
        try (InputStream elf =
                BpfObjectKernelIT.class.getResourceAsStream("/io/clustermesh/bpf/maps/clustermesh.bpf.o")) {
            assertThat(elf).isNotNull();
            return elf.readAllBytes();
        }
    }

    @Test
    void shouldCarryTheVerifiersLogWhenItRefuses() throws IOException {
        // "w0 = 1; exit" becomes "w0 = 7; exit", which no hook may return
        String sound = "b40000000100000095";
        String hex = HexFormat.of().formatHex(programs());
        assertThat(hex).contains(sound);
        byte[] unsound = HexFormat.of().parseHex(hex.replace(sound, "b40000000700000095"));

        try (BpfObject object = BpfObject.open("unsound", unsound)) {
            LoadRefused refused = catchThrowableOfType(LoadRefused.class, object::load);

            assertThat(refused.log()).contains("R0").contains("BEGIN PROG LOAD LOG");
            assertThat(refused).hasMessageContaining("unsound");
        }
    }

    @Test
    void shouldRefuseWhatIsNoObject() {
        assertThatExceptionOfType(LoadRefused.class)
                .isThrownBy(() -> BpfObject.open("garbage", new byte[] {1, 2, 3, 4}))
                .withMessageContaining("garbage");
    }

    @Test
    void shouldNameAMapThatIsNotThere() throws IOException {
        try (BpfObject object = BpfObject.open("clustermesh", programs())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> object.setMaxEntries("nosuch", 1))
                    .withMessageContaining("nosuch");
        }
    }
}
