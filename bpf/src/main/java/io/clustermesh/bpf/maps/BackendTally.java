package io.clustermesh.bpf.maps;

/**
 * How connects to one backend went, counted by the kernel since the entry got its address. What is begun and not in the
 * other three is under way, was given up by the application before a second SYN, failed on this machine (no route, no
 * port), or is UDP, which has no answer to wait for.
 *
 * @param begun connects sent to it, TCP and UDP
 * @param established TCP connects that were answered
 * @param refused TCP connects answered with a reset
 * @param unanswered TCP connects that timed out, were told unreachable, or given up after a second SYN
 */
public record BackendTally(long begun, long established, long refused, long unanswered) {

    /** Nothing counted. */
    public static final BackendTally NONE = new BackendTally(0, 0, 0, 0);

    /** TCP connects that came to nothing by the backend's fault, or by that of the way there. */
    public long failed() {
        return refused + unanswered;
    }

    /** What was added since {@code before}; an entry that got another address in between starts anew. */
    public BackendTally since(BackendTally before) {
        return begun < before.begun || established < before.established || failed() < before.failed()
                ? this
                : new BackendTally(
                        begun - before.begun,
                        established - before.established,
                        refused - before.refused,
                        unanswered - before.unanswered);
    }
}
