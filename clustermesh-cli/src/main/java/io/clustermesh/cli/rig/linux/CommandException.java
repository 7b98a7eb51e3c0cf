package io.clustermesh.cli.rig.linux;

/** A command of the system failed; the message has the command and what it said. */
public final class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CommandException(String message) {
        super(message);
    }

    CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
