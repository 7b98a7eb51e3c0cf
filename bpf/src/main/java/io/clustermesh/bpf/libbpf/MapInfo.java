package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What the kernel says about a map (struct bpf_map_info).
 *
 * @param id the map's number in this kernel
 * @param keySize bytes
 * @param valueSize bytes
 * @param maxEntries entries it holds
 */
public record MapInfo(int id, int keySize, int valueSize, int maxEntries) {

    static MapInfo of(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = Info.read(arena, fd, "a map");
            return new MapInfo(
                    info.get(JAVA_INT, 4), info.get(JAVA_INT, 8), info.get(JAVA_INT, 12), info.get(JAVA_INT, 16));
        }
    }
}
