package io.clustermesh.apiserver.h2;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;

/** The connections of one event loop that have something to write, each written once for each turn of the loop. */
final class Flusher implements Runnable {

    private final EventLoop loop;
    private final Deque<H2Connection> dirty = new ArrayDeque<>();
    private boolean scheduled;

    Flusher(EventLoop loop) {
        this.loop = loop;
    }

    void add(H2Connection connection) {
        dirty.add(connection);
        if (!scheduled) {
            scheduled = true;
            loop.execute(this);
        }
    }

    @Override
    public void run() {
        scheduled = false;
        // those that become dirty meanwhile have to wait for the next turn, so that nobody is kept out
        for (int turn = dirty.size(); turn > 0; turn--) {
            dirty.removeFirst().pump();
        }
    }
}
