package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Pinned links: what holds a program to a cgroup after the process that attached it is gone. */
public final class BpfLink {

    /** Offset of cgroup_id in struct bpf_link_info. */
    private static final long CGROUP_ID_OFFSET = 16;

    private BpfLink() {}

    /**
     * Where a link is pinned.
     *
     * @param now by this version
     * @param former by an earlier one
     */
    record Pins(Path now, Optional<Path> former) {}

    static void attach(int program, int attachType, Path cgroup, Pins pins) {
        if (replaced(program, cgroup, pins.now(), Optional.empty())) {
            return;
        }
        if (pins.former().isPresent() && replaced(program, cgroup, pins.former().get(), Optional.of(pins.now()))) {
            return;
        }
        delete(pins.now());
        try (Arena arena = Arena.ofConfined()) {
            create(arena, program, attachType, cgroup, pins.now());
        }
    }

    /** Puts the program behind the link at {@code pin}, and only then gives it its {@code further} name. */
    private static boolean replaced(int program, Path cgroup, Path pin, Optional<Path> further) {
        try (Arena arena = Arena.ofConfined()) {
            int existing = Libbpf.objGet(arena.allocateFrom(pin.toString()));
            if (existing == -Errno.ENOENT.number()) {
                return false;
            }
            check(existing, "opening the link pinned at " + pin);
            try {
                if (!update(existing, program, cgroup, pin)) {
                    return false;
                }
                further.ifPresent(name -> check(
                        Libbpf.objPin(existing, arena.allocateFrom(name.toString())), "pinning a link at " + name));
                return true;
            } finally {
                Libc.close(existing);
            }
        }
    }

    /** False if the link is on another cgroup, or on one that is gone (its id is 0 then). */
    private static boolean update(int link, int program, Path cgroup, Path pin) {
        if (cgroupOf(link, pin) != idOf(cgroup)) {
            return false;
        }
        check(Libbpf.linkUpdate(link, program), "replacing the program of the link pinned at " + pin);
        return true;
    }

    private static void create(Arena arena, int program, int attachType, Path cgroup, Path pin) {
        int directory = Libc.open(cgroup);
        int link;
        try {
            link = Libbpf.linkCreate(program, directory, attachType);
        } finally {
            Libc.close(directory);
        }
        check(link, "attaching a program to cgroup %s".formatted(cgroup));
        try {
            check(Libbpf.objPin(link, arena.allocateFrom(pin.toString())), "pinning a link at " + pin);
        } finally {
            Libc.close(link);
        }
    }

    /** Takes the program off its cgroup and removes the pin; a missing pin is no fault. */
    public static void detach(Path pin) {
        try (Arena arena = Arena.ofConfined()) {
            int link = Libbpf.objGet(arena.allocateFrom(pin.toString()));
            if (link >= 0) {
                int ignored = Libbpf.linkDetach(link); // fails if the cgroup is gone, which is as good
                Libc.close(link);
            }
        }
        delete(pin);
    }

    private static long cgroupOf(int link, Path pin) {
        try (Arena arena = Arena.ofConfined()) {
            return Info.read(arena, link, "the link pinned at " + pin).get(JAVA_LONG, CGROUP_ID_OFFSET);
        }
    }

    /** A cgroup's id is the inode number of its directory. */
    private static long idOf(Path cgroup) {
        try {
            return (long) Files.getAttribute(cgroup, "unix:ino");
        } catch (IOException e) {
            throw new UncheckedIOException("cgroup %s cannot be read".formatted(cgroup), e);
        }
    }

    private static void delete(Path pin) {
        try {
            Files.deleteIfExists(pin);
        } catch (IOException e) {
            throw new UncheckedIOException("pin %s cannot be removed".formatted(pin), e);
        }
    }

    private static void check(int result, String what) {
        if (result < 0) {
            throw new BpfException.CallFailed(what, new Errno(-result));
        }
    }
}
