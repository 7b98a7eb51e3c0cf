package io.clustermesh.cli.echo;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Locale;

/**
 * What the echo server needs to know of a request (RFC 9112): that it ended, and whether the connection stays.
 *
 * @param line the request line
 * @param keepAlive whether the client wants to go on
 */
record HttpRequest(String line, boolean keepAlive) {

    /** The client closed the connection between two requests. */
    static final HttpRequest END = new HttpRequest("", false);

    private static final int MAX_HEADERS = 100;

    /** Reads one request with its body. */
    static HttpRequest read(BufferedReader in) throws IOException {
        String line = in.readLine();
        if (line == null) {
            return END;
        }
        if (!line.contains(" HTTP/1.")) {
            throw new IOException("no HTTP/1 request line");
        }
        boolean keepAlive = line.endsWith("HTTP/1.1");
        long body = 0;
        for (int i = 0; i < MAX_HEADERS; i++) {
            String header = in.readLine();
            if (header == null) {
                throw new IOException("the request ends in its headers");
            }
            if (header.isEmpty()) {
                for (long left = body; left > 0; left--) {
                    if (in.read() < 0) {
                        throw new IOException("the request ends in its body");
                    }
                }
                return new HttpRequest(line, keepAlive);
            }
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("connection:")) {
                keepAlive = !lower.contains("close") && (keepAlive || lower.contains("keep-alive"));
            } else if (lower.startsWith("content-length:")) {
                body = contentLength(lower);
            }
        }
        throw new IOException("more than " + MAX_HEADERS + " headers");
    }

    private static long contentLength(String header) throws IOException {
        try {
            return Long.parseLong(header.substring("content-length:".length()).strip());
        } catch (NumberFormatException e) {
            throw new IOException("a Content-Length that is no number", e);
        }
    }
}
