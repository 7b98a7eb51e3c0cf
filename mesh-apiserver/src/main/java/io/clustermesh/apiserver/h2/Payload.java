package io.clustermesh.apiserver.h2;

/**
 * One outgoing message as a row of byte arrays, so that bytes which exist already (a stored entry, a batch of events
 * encoded for a hundred watchers) are copied only once, into the socket's buffer, and only when the client takes them.
 *
 * <p>Immutable, and so are its arrays; any number of streams may send the same one.
 */
public interface Payload {

    /** Bytes of all parts together. */
    int size();

    int parts();

    /** The part at {@code index}; none is empty unless it is the only one. */
    byte[] part(int index);

    /** A message in one array. */
    static Payload of(byte[] message) {
        return new Payload() {
            @Override
            public int size() {
                return message.length;
            }

            @Override
            public int parts() {
                return 1;
            }

            @Override
            public byte[] part(int index) {
                return message;
            }
        };
    }

    /** A message in two arrays. */
    static Payload of(byte[] head, byte[] rest) {
        int size = Math.addExact(head.length, rest.length);
        return new Payload() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public int parts() {
                return 2;
            }

            @Override
            public byte[] part(int index) {
                return index == 0 ? head : rest;
            }
        };
    }
}
