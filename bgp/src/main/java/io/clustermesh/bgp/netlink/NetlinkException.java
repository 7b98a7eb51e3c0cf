package io.clustermesh.bgp.netlink;

/** The kernel refused a request, or the socket failed. */
public final class NetlinkException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int errno;

    /**
     * @param what the request
     * @param errno the kernel's error number
     * @param detail the kernel's own words, if it gave any
     */
    public NetlinkException(String what, int errno, String detail) {
        super("%s: %s%s".formatted(what, name(errno), detail.isEmpty() ? "" : " (" + detail + ")"));
        this.errno = errno;
    }

    /** Whether what should be removed was not there. */
    public boolean notFound() {
        return errno == 3 || errno == 2;
    }

    private static String name(int errno) {
        return switch (errno) {
            case 1 -> "not permitted; the process needs CAP_NET_ADMIN";
            case 2, 3 -> "no such route";
            case 11 -> "no answer in time";
            case 17 -> "exists already";
            case 22 -> "invalid";
            case 95 -> "not supported by this kernel";
            case 100 -> "network is down";
            case 101 -> "gateway is on no directly connected network";
            case 113 -> "no way to the gateway";
            default -> "error " + errno;
        };
    }
}
