package io.clustermesh.store.runtime;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of one agent. */
final class AgentThread implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AgentThread.class);

    private final Agent agent;
    private final Clock clock;
    private final Duration stopLimit;
    private final Thread thread;
    private volatile boolean running = true;

    AgentThread(Agent agent, Clock clock, String process, Duration stopLimit) {
        this.agent = agent;
        this.clock = clock;
        this.stopLimit = stopLimit;
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
            Thread.currentThread().interrupt();
        } finally {
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
