package io.clustermesh.cli.kube;

/** Says what kept a call from its answer. */
final class AdminError {

    private AdminError() {}

    /** The innermost message; the JDK's HTTP client often has none further out. */
    static String text(Throwable fault) {
        Throwable at = fault;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
    }
}
