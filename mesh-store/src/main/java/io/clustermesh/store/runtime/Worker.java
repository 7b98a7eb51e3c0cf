package io.clustermesh.store.runtime;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A virtual thread with one loop, for parts that come and go while the process lives (a mirror for each peer, a
 * reflector for each prefix). Its owner closes it; an {@link Agent} is for what lives as long as the process.
 *
 * <p>Blocking I/O belongs here; native calls that wait don't, they would pin the carrier.
 */
public final class Worker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final Thread thread;

    private Worker(Thread thread) {
        this.thread = thread;
    }

    /** What the thread does; it should return when interrupted. */
    @FunctionalInterface
    public interface Loop {
        void run() throws InterruptedException;
    }

    /** Starts {@code loop} on a virtual thread called {@code name}. */
    public static Worker start(String name, Loop loop) {
        return new Worker(Thread.ofVirtual().name(name).start(() -> {
            try {
                loop.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("worker", name)
                        .log("worker died; restart the process and report this");
            }
        }));
    }

    /** An executor that gives each task a virtual thread of its own; for callbacks of libraries that want one. */
    public static ExecutorService executor(String name) {
        return Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name(name + "-", 0).factory());
    }

    /** Whether the loop still runs. */
    public boolean running() {
        return thread.isAlive();
    }

    /** Interrupts the loop and waits for its end, unless called by the loop itself. */
    @Override
    public void close() {
        thread.interrupt();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            if (!thread.join(STOP_LIMIT)) {
                LOG.atWarn().addKeyValue("worker", thread.getName()).log("worker did not stop in time, left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
