package io.clustermesh.cli.demo;

import java.util.ArrayList;
import java.util.List;

/** All requests so far, from all clients. Thread-safe. */
final class RequestLog {

    private final List<Request> requests = new ArrayList<>();

    void add(Request request) {
        synchronized (requests) {
            requests.add(request);
        }
    }

    /** A copy of all. */
    List<Request> all() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /** A copy of the last {@code count}. */
    List<Request> last(int count) {
        synchronized (requests) {
            return List.copyOf(requests.subList(Math.max(0, requests.size() - count), requests.size()));
        }
    }
}
