package io.clustermesh.bgp.packet;

import io.clustermesh.bgp.packet.Message.Notification;

/** What came can't be understood; the session ends with the {@linkplain #notification() NOTIFICATION} within. */
public final class ProtocolException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Notification notification;

    /**
     * @param notification to send before the connection is closed
     * @param message the thing and what is wrong with it
     */
    public ProtocolException(Notification notification, String message) {
        super(notification.describe() + ": " + message);
        this.notification = notification;
    }

    /** To send before the connection is closed. */
    public Notification notification() {
        return notification;
    }
}
