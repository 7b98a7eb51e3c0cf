package io.clustermesh.apiserver.h2;

/** What a client may still send on its whole connection (RFC 9113, section 5.2), in bytes. Belongs to the connection. */
final class ReceiveWindow {

    private int open = H2Limits.CONNECTION_WINDOW;
    private int taken;

    /** False if the client sent more than it may. */
    boolean take(int bytes) {
        open -= bytes;
        taken += bytes;
        return open >= 0;
    }

    /** What to give back now; 0 while it is not worth a frame. */
    int giveBack() {
        if (taken < H2Limits.CONNECTION_WINDOW / 4) {
            return 0;
        }
        int back = taken;
        open += back;
        taken = 0;
        return back;
    }
}
