package io.clustermesh.apiserver.h2;

/** How long a client has said nothing, counted in beats. Belongs to its connection. */
final class Silence {

    private static final int PING_AFTER_BEATS = 3;
    private static final int CUT_AFTER_BEATS = 5;

    /** What a beat calls for. */
    enum Verdict {
        FINE,
        PING,
        CUT
    }

    private boolean heard;
    private int beats;

    /** Something came. */
    void broken() {
        heard = true;
    }

    Verdict beat() {
        beats = heard ? 0 : beats + 1;
        heard = false;
        if (beats >= CUT_AFTER_BEATS) {
            return Verdict.CUT;
        }
        return beats >= PING_AFTER_BEATS ? Verdict.PING : Verdict.FINE;
    }
}
