package io.clustermesh.apiserver.api;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;

/** The API's event loops. A call starts on its connection's loop and stays there. */
final class Loops {

    private final List<EventExecutor> loops = new ArrayList<>();

    Loops(Iterable<EventExecutor> group) {
        group.forEach(loops::add);
    }

    List<EventExecutor> all() {
        return loops;
    }

    /** The loop that runs this code. */
    EventExecutor here() {
        for (EventExecutor loop : loops) {
            if (loop.inEventLoop()) {
                return loop;
            }
        }
        throw new IllegalStateException(
                "a call was started outside the API's event loops; the server must use the direct executor");
    }
}
