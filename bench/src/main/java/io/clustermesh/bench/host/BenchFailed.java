package io.clustermesh.bench.host;

/** A bench can't go on; the message says what was tried, what came of it, and where more stands. */
public final class BenchFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BenchFailed(String message) {
        super(message);
    }

    public BenchFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
