package io.clustermesh.bpf.libbpf;

/**
 * An error number of the kernel.
 *
 * @param number positive, as in {@code errno.h}
 */
public record Errno(int number) {

    public static final Errno EPERM = new Errno(1);
    public static final Errno ENOENT = new Errno(2);
    public static final Errno E2BIG = new Errno(7);
    public static final Errno ENOSPC = new Errno(28);

    /** The name, for the ones met with eBPF. */
    @Override
    public String toString() {
        return switch (number) {
            case 1 -> "EPERM";
            case 2 -> "ENOENT";
            case 7 -> "E2BIG";
            case 9 -> "EBADF";
            case 12 -> "ENOMEM";
            case 13 -> "EACCES";
            case 16 -> "EBUSY";
            case 17 -> "EEXIST";
            case 19 -> "ENODEV";
            case 20 -> "ENOTDIR";
            case 22 -> "EINVAL";
            case 28 -> "ENOSPC";
            case 38 -> "ENOSYS";
            case 67 -> "ENOLINK";
            case 95 -> "EOPNOTSUPP";
            case 524 -> "ENOTSUPP";
            default -> "errno " + number;
        };
    }
}
