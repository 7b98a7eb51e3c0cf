package io.clustermesh.certs;

/** A fault in this module: a file that can't be read or written, or a key that doesn't fit. A person must look at it. */
public final class CertificateException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param message the thing, the cause and the next step */
    public CertificateException(String message) {
        super(message);
    }

    /** @param message the thing, the cause and the next step */
    public CertificateException(String message, Throwable cause) {
        super(message, cause);
    }
}
