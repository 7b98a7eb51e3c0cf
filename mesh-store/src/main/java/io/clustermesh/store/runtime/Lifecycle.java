package io.clustermesh.store.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process: what it owns, started in the order of the calls and stopped in reverse.
 *
 * <p>The thread that makes it starts and stops it; each agent has a platform thread of its own (native calls that wait
 * would pin a virtual one). {@link #awaitShutdown()} returns after SIGTERM or {@link #close()}, and fails if an agent died:
 * then the process ends, and whoever started it starts it again.
 */
public final class Lifecycle implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final String process;
    private final Clock clock;
    private final Deque<Part> parts = new ArrayDeque<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> death = new AtomicReference<>();

    private record Part(String name, AutoCloseable stop) {}

    /** @param process its name, for logs and thread names */
    public Lifecycle(String process, Clock clock) {
        this.process = process;
        this.clock = clock;
    }

    public Clock clock() {
        return clock;
    }

    /** Takes over a started part; it is closed at the end, before everything taken over earlier. */
    public synchronized <T extends AutoCloseable> T own(String name, T part) {
        parts.push(new Part(name, part));
        return part;
    }

    /** Takes over a part that tells of the process while the others stop; it is closed after everything else. */
    public synchronized <T extends AutoCloseable> T ownToTheEnd(String name, T part) {
        parts.addLast(new Part(name, part));
        return part;
    }

    /** Runs an agent on a thread of its own until the process stops. */
    public synchronized void run(Agent agent) {
        AgentThread thread = new AgentThread(agent, clock, process, STOP_LIMIT, this::agentDied);
        parts.push(new Part(agent.roleName(), thread));
        thread.start();
    }

    /** Stops on SIGTERM and SIGINT too, waiting until everything is closed, unless a second one comes. */
    public void stopOnSignal() {
        StopSignals.install();
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name(process + "-shutdown").unstarted(this::stopAndWait));
    }

    /**
     * Blocks until somebody stops the process.
     *
     * @throws IllegalStateException if an agent died
     */
    public void awaitShutdown() throws InterruptedException {
        stopping.await();
        close();
        Throwable cause = death.get();
        if (cause != null) {
            throw new IllegalStateException("an agent of %s died: %s".formatted(process, cause), cause);
        }
    }

    private void agentDied(Throwable cause) {
        death.compareAndSet(null, cause);
        stopping.countDown();
    }

    private void stopAndWait() {
        stopping.countDown();
        close();
    }

    /** Stops agents and closes parts, the last one first. Later calls wait for the first to finish. */
    @Override
    public void close() {
        stopping.countDown();
        synchronized (this) {
            while (!parts.isEmpty()) {
                Part part = parts.pop();
                try {
                    part.stop().close();
                } catch (Exception e) {
                    LOG.atWarn().setCause(e).addKeyValue("part", part.name()).log("part did not stop cleanly");
                }
            }
        }
        stopped.countDown();
    }
}
