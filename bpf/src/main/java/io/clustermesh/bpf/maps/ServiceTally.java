package io.clustermesh.bpf.maps;

/**
 * How connects to one service went, as {@link BackendTally} has it for a backend.
 *
 * @param begun connects sent on to a backend, TCP and UDP
 * @param established TCP connects that were answered
 * @param failed TCP connects that were refused or not answered
 * @param noBackend connects and datagrams refused at once because there was no backend
 */
public record ServiceTally(long begun, long established, long failed, long noBackend) {

    /** Nothing counted. */
    public static final ServiceTally NONE = new ServiceTally(0, 0, 0, 0);
}
