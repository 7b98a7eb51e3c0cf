package io.clustermesh.apiserver.source.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a watch, an event each. Owned by one thread. */
final class Lines {

    /** No object of Kubernetes is near as large; etcd takes 1.5 MiB. */
    static final int MAX_BYTES = 16 << 20;

    private static final int FIRST_BYTES = 16 << 10;

    private final InputStream in;
    private byte[] buffer = new byte[FIRST_BYTES];
    private int start;
    private int end;
    /** Up to here there is no line's end. */
    private int searched;

    Lines(InputStream in) {
        this.in = in;
    }

    /** Whether the next line is here already, so that {@link #next} would not wait. */
    boolean ready() {
        return newline() >= 0;
    }

    /** Waits for the next line; empty at the end. */
    byte[] next() throws IOException {
        while (true) {
            int newline = newline();
            if (newline >= 0) {
                byte[] line = Arrays.copyOfRange(buffer, start, newline);
                start = newline + 1;
                searched = start;
                if (line.length > 0) {
                    return line;
                }
            } else if (!fill()) {
                return new byte[0];
            }
        }
    }

    private int newline() {
        for (; searched < end; searched++) {
            if (buffer[searched] == '\n') {
                return searched;
            }
        }
        return -1;
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            searched -= start;
            start = 0;
        }
        if (end == 0 && buffer.length > FIRST_BYTES << 4) {
            buffer = new byte[FIRST_BYTES];
        } else if (end == buffer.length) {
            if (end >= MAX_BYTES) {
                throw new IOException("an event is larger than %d bytes".formatted(MAX_BYTES));
            }
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int count = in.read(buffer, end, buffer.length - end);
        end += Math.max(0, count);
        return count > 0;
    }
}
