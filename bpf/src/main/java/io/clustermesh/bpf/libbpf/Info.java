package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** BPF_OBJ_GET_INFO_BY_FD: the kernel fills as much of the struct as it knows and there is room for. */
final class Info {

    private static final int ROOM_BYTES = 128;

    private Info() {}

    static MemorySegment read(Arena arena, int fd, String what) {
        MemorySegment info = arena.allocate(ROOM_BYTES, 8);
        int result = Libbpf.info(fd, info, arena.allocateFrom(JAVA_INT, ROOM_BYTES));
        if (result < 0) {
            throw new BpfException.CallFailed("asking the kernel about " + what, new Errno(-result));
        }
        return info;
    }
}
