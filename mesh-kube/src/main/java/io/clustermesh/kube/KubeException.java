package io.clustermesh.kube;

/** A Kubernetes API can't be reached as asked: what is wrong, and the next step. */
public final class KubeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param message what is wrong, naming the file or address
     * @param remedy the next step
     */
    public KubeException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** As above, with the cause. */
    public KubeException(String message, String remedy, Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /** The next step. */
    public String remedy() {
        return remedy;
    }
}
