package io.clustermesh.store.runtime;

import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of one agent. */
final class AgentThread implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AgentThread.class);

    private final Agent agent;
    private final Clock clock;
    private final Duration stopLimit;
    private final Consumer<Throwable> onDeath;
    private final Thread thread;
    private volatile boolean running = true;

    /** @param onDeath told if the agent can't go on: its start failed, or an Error came up */
    AgentThread(Agent agent, Clock clock, String process, Duration stopLimit, Consumer<Throwable> onDeath) {
        this.agent = agent;
        this.clock = clock;
        this.stopLimit = stopLimit;
        this.onDeath = onDeath;
        this.thread = Thread.ofPlatform()
                .name(process + "/" + agent.roleName())
                .daemon(true)
                .unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    private void loop() {
        Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(10));
        try {
            agent.onStart();
            while (running) {
                try {
                    agent.doWork();
                    backoff.succeeded();
                } catch (RuntimeException e) {
                    if (!running) {
                        break; // the interrupt that stops us cut a call short
                    }
                    Duration pause = backoff.afterFailure();
                    LOG.atWarn()
                            .setCause(e)
                            .addKeyValue("agent", agent.roleName())
                            .addKeyValue("attempt", backoff.failures())
                            .addKeyValue("pause", pause)
                            .log("agent failed, trying again");
                    clock.sleep(pause);
                }
            }
        } catch (InterruptedException e) {
            LOG.atDebug().addKeyValue("agent", agent.roleName()).log("agent interrupted");
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).addKeyValue("agent", agent.roleName()).log("agent died, stopping the process");
            onDeath.accept(e);
        } finally {
            // the interrupt that ended the work must not end the clean-up
            Thread.interrupted();
            agent.onClose();
        }
    }

    @Override
    public void close() throws InterruptedException {
        running = false;
        thread.interrupt();
        if (!thread.join(stopLimit)) {
            LOG.atWarn().addKeyValue("agent", agent.roleName()).log("agent did not stop in time, left behind");
        }
    }
}
