package io.clustermesh.bpf.libbpf;

import java.nio.file.Path;

/** A fault of the eBPF data plane. None goes away by trying again at once; the message says what would help. */
public abstract sealed class BpfException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private BpfException(String message) {
        super(message);
    }

    /** libbpf is not on this machine. */
    public static final class LibraryMissing extends BpfException {
        private static final long serialVersionUID = 1L;

        LibraryMissing() {
            super("libbpf.so.1 was not found; install libbpf 1.x (Debian: apt-get install libbpf1)");
        }
    }

    /** A place in the file system does not serve: no bpffs, no cgroup. */
    public static final class WrongPlace extends BpfException {
        private static final long serialVersionUID = 1L;

        /**
         * @param path the place
         * @param remedy what is wrong with it and what would help
         */
        public WrongPlace(Path path, String remedy) {
            super(path + ": " + remedy);
        }
    }

    /** The kernel or libbpf refused to load the object. */
    public static final class LoadRefused extends BpfException {
        private static final long serialVersionUID = 1L;
        private final String log;

        LoadRefused(String object, Errno errno, String log) {
            super("loading eBPF object \"%s\" failed with %s; what libbpf and the verifier said:%n%s"
                    .formatted(object, errno, log));
            this.log = log;
        }

        /** What libbpf printed, with the verifier's log in it. */
        public String log() {
            return log;
        }
    }

    /** A call failed. */
    public static final class CallFailed extends BpfException {
        private static final long serialVersionUID = 1L;
        private final int errno;

        CallFailed(String what, Errno errno, String hint) {
            super("%s failed with %s%s".formatted(what, errno, hint.isEmpty() ? "" : "; " + hint));
            this.errno = errno.number();
        }

        CallFailed(String what, Errno errno) {
            this(what, errno, errno.equals(Errno.EPERM) ? "run as root, or with CAP_BPF and CAP_NET_ADMIN" : "");
        }

        /** Why. */
        public Errno errno() {
            return new Errno(errno);
        }
    }
}
