package io.clustermesh.cli.console;

/** A command can't do what it was asked: what and why, and what to do next. Exit code 1, no stack trace. */
public final class CommandFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String next;

    /**
     * @param what the thing and the cause, one sentence
     * @param next the next command or step, for example {@code run "clustermesh rig up"}
     */
    public CommandFailed(String what, String next) {
        super(what);
        this.next = next;
    }

    /** As above, keeping the fault that caused it for {@code CLUSTERMESH_DEBUG}. */
    public CommandFailed(String what, String next, Throwable cause) {
        super(what, cause);
        this.next = next;
    }

    /** What to do next. */
    public String next() {
        return next;
    }
}
