package io.clustermesh.nodesync.agent;

import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.sync.Change;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The thread of a {@link ServiceKeeper}. Reflectors and admin views reach the keeper through its mailbox only; a full
 * mailbox holds the reflectors back.
 */
public final class NodeAgent implements Agent {

    private static final int MAILBOX = 1024;
    private static final int BATCH = 512;
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private sealed interface Message {
        /** Changes of one source, in order. */
        record Changed(Source source, List<Change> changes) implements Message {}

        /** A question of an admin view, answered between two batches. */
        record Asked(Runnable answer) implements Message {}
    }

    /**
     * What other threads may see at any time.
     *
     * @param settled whether the tables have been brought to what the mesh says
     * @param frontends in the tables
     * @param backends in the tables
     * @param tableEntries in the arena
     * @param refusedTotal records refused since the start
     * @param refusedNow records kept out right now
     * @param findings services that are not served as asked
     * @param applies services applied since the start
     * @param atNanos when the agent last came round, monotonic
     */
    public record Snapshot(
            boolean settled,
            int frontends,
            int backends,
            int tableEntries,
            long refusedTotal,
            int refusedNow,
            int findings,
            long applies,
            long atNanos) {}

    private final ServiceKeeper keeper;
    private final Clock clock;
    private final List<Runnable> upkeep;
    private final Mailbox<Message> mailbox = new Mailbox<>(MAILBOX);
    private volatile Snapshot snapshot;

    /** @param keeper belongs to this agent's thread from its start on */
    public NodeAgent(ServiceKeeper keeper, Clock clock) {
        this(keeper, clock, List.of());
    }

    /**
     * @param keeper belongs to this agent's thread from its start on
     * @param upkeep short pieces of work, done on this agent's thread each time it comes round, at least once a second
     */
    public NodeAgent(ServiceKeeper keeper, Clock clock, List<Runnable> upkeep) {
        this.keeper = keeper;
        this.clock = clock;
        this.upkeep = List.copyOf(upkeep);
        this.snapshot = snapshotNow();
    }

    @Override
    public String roleName() {
        return "programmer";
    }

    /** Takes changes of one source in order; the caller waits while the mailbox is full. Any thread. */
    public void changed(Source source, List<Change> changes) throws InterruptedException {
        mailbox.put(new Message.Changed(source, changes));
    }

    /**
     * Asks the keeper on its own thread and waits for the answer. Any thread but an event loop.
     *
     * @throws IllegalStateException if the agent is too busy or stopped
     */
    public <T> T ask(Function<ServiceKeeper, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable asked = () -> {
            try {
                answer.complete(question.apply(keeper));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        };
        if (!mailbox.offer(new Message.Asked(asked))) {
            throw new IllegalStateException("the agent has a full mailbox; ask again in a moment");
        }
        try {
            return answer.get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the agent did not answer within " + ANSWER_LIMIT + "; ask again", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the question failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the agent", e);
        }
    }

    /** The last snapshot; any thread. */
    public Snapshot snapshot() {
        return snapshot;
    }

    @Override
    public void doWork() throws InterruptedException {
        List<Message> messages = mailbox.pollAll(TICK, BATCH);
        try {
            for (Message message : messages) {
                if (message instanceof Message.Changed(Source source, List<Change> changes)) {
                    changes.forEach(change -> keeper.take(source, change));
                }
            }
            keeper.settle();
            upkeep.forEach(Runnable::run);
        } finally {
            snapshot = snapshotNow();
            for (Message message : messages) {
                if (message instanceof Message.Asked(Runnable answer)) {
                    answer.run();
                }
            }
        }
    }

    private Snapshot snapshotNow() {
        var usage = keeper.usage();
        return new Snapshot(
                keeper.settledOnce(),
                usage.frontends(),
                usage.backends(),
                usage.tableEntries(),
                keeper.refusals().total(),
                keeper.refusals().current().size(),
                keeper.findings().size(),
                keeper.applies(),
                clock.monotonicNanos());
    }
}
