package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/** Small questions to the machine, answered by trying. */
public final class KernelTrial {

    private static final int PROG_TYPE_CGROUP_SOCK_ADDR = 18;
    private static final int ATTACH_TYPE_CONNECT4 = 10;
    private static final int HELPER_SET_RETVAL = 187;
    private static final int LOAD_OPTS_BYTES = 16;

    private KernelTrial() {}

    /** Whether libbpf can be loaded. */
    public static boolean hasLibbpf() {
        return Libbpf.isPresent();
    }

    /**
     * Loads a program of four instructions for the connect hook, with the newest helper in use: bpf_set_retval, there
     * since Linux 6.1. Nothing stays behind.
     *
     * @return why the kernel refused, empty if it did not
     */
    public static Optional<Errno> loadConnectProgram() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment opts = arena.allocate(LOAD_OPTS_BYTES, 8);
            opts.set(JAVA_LONG, 0, LOAD_OPTS_BYTES);
            opts.set(JAVA_INT, 12, ATTACH_TYPE_CONNECT4);
            ByteBuffer code = ByteBuffer.allocate(4 * 8).order(ByteOrder.nativeOrder());
            instruction(code, 0xb7, 1, 0); // r1 = 0
            instruction(code, 0x85, 0, HELPER_SET_RETVAL);
            instruction(code, 0xb7, 0, 1); // r0 = 1
            instruction(code, 0x95, 0, 0); // exit
            int fd = Libbpf.progLoad(
                    PROG_TYPE_CGROUP_SOCK_ADDR,
                    arena.allocateFrom("trial"),
                    arena.allocateFrom("Apache-2.0"),
                    Native.copy(arena, code.array()),
                    opts);
            LibbpfLog.drain();
            if (fd < 0) {
                return Optional.of(new Errno(-fd));
            }
            Libc.close(fd);
            return Optional.empty();
        }
    }

    private static void instruction(ByteBuffer code, int operation, int register, int immediate) {
        code.put((byte) operation).put((byte) register).putShort((short) 0).putInt(immediate);
    }

    /** Mounts a new bpffs at {@code directory}. */
    public static void mountBpffs(Path directory) {
        Libc.mount("bpf", directory, "bpf");
    }
}
