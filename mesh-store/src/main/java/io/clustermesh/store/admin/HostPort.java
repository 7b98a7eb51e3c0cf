package io.clustermesh.store.admin;

/**
 * A TCP address to listen on.
 *
 * @param host name or address; an IPv6 address without brackets
 * @param port 0 for any
 */
public record HostPort(String host, int port) {

    /** @throws IllegalArgumentException if the port is none */
    public HostPort {
        if (host.isEmpty() || port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "%s:%d is no address to listen on; write host:port, port 0..65535".formatted(host, port));
        }
    }

    /** Reads {@code 127.0.0.1:9080} or {@code [::1]:9080}. */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("\"%s\" is not of the form host:port".formatted(text));
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("\"%s\": an IPv6 address goes in brackets, [::1]:9080".formatted(text));
        }
        return new HostPort(
                bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
