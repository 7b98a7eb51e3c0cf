package io.clustermesh.apiserver.h2;

import io.grpc.Attributes;
import io.netty.channel.Channel;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** Decides which connections are served; on their event loops. */
public interface Admission {

    /**
     * A client has connected and, with TLS, shaken hands.
     *
     * @param session its TLS session, nothing on a plaintext listener
     * @return what its calls are to know of it, or nothing to cut the connection
     */
    Optional<Attributes> admit(Channel connection, Optional<SSLSession> session);

    /** A handshake failed; the connection is being closed. */
    void handshakeFailed(Channel connection, Throwable cause);
}
