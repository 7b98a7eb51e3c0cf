package io.clustermesh.model;

/** Transport protocols as Kubernetes spells them; numbers as IANA's. */
public enum Protocol {
    TCP(6),
    UDP(17),
    SCTP(132);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /** The IP protocol number. */
    public int number() {
        return number;
    }
}
