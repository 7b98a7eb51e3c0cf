package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.fsm.Collision.Direction;
import io.clustermesh.bgp.fsm.DialState;
import io.clustermesh.bgp.fsm.EndReason;
import io.clustermesh.bgp.fsm.Timer;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The speaker's agent: one selector over all sockets. Each turn it takes calls, reads, lets timers run out, and sends what
 * there is room for; what a message means is {@link Sessions}' business.
 *
 * <p>It must be {@linkplain #close() closed} before its thread is stopped, so that it can say goodbye: an interrupted
 * thread can't use its sockets any more.
 */
final class Speaker implements Agent, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Speaker.class);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final int QUESTIONS = 16;

    /** What BGP packets are marked with: CS6, network control (RFC 4594, 3.2). */
    private static final int NETWORK_CONTROL = 0xC0;

    /** Attached to the key of a connection that is being made. */
    private record Dialing(Neighbor neighbor) {}

    /** Attached to the key of a connection that stands. */
    private record Attached(Neighbor neighbor, Wire wire) {}

    private final Clock clock;
    private final Sessions sessions;
    private final BlockingQueue<FutureTask<?>> questions = new ArrayBlockingQueue<>(QUESTIONS);
    private final Selector selector;
    private final ServerSocketChannel server;
    private final CountDownLatch goodbyeSaid = new CountDownLatch(1);
    private volatile boolean stopping;

    /** Opens the listening socket, so that a port that is taken is known at once. */
    Speaker(SpeakerConfig config, Sessions sessions, Clock clock) {
        this.sessions = sessions;
        this.clock = clock;
        InetSocketAddress listen = config.identity().listen();
        try {
            selector = Selector.open();
            server = ServerSocketChannel.open();
            server.bind(listen);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "can't listen for BGP on %s: %s; stop who else does, or choose another address or port; ports below 1024 need CAP_NET_BIND_SERVICE"
                            .formatted(listen, e.getMessage()),
                    e);
        }
    }

    @Override
    public String roleName() {
        return "speaker";
    }

    /** Where it listens; tells the port if any was asked for. */
    InetSocketAddress localAddress() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    /** Works out {@code question} on the speaker's thread; any thread may ask. */
    <T> T ask(Supplier<T> question) {
        FutureTask<T> task = new FutureTask<>(question::get);
        if (stopping || !questions.offer(task)) {
            throw new IllegalStateException("the speaker is stopping or has too many questions; ask again later");
        }
        selector.wakeup();
        try {
            return task.get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the speaker could not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the speaker", e);
        }
    }

    @Override
    public void doWork() throws InterruptedException {
        if (stopping) {
            sayGoodbye();
            throw new InterruptedException("stopped");
        }
        try {
            long left = Math.min(sessions.leftNanos(clock.monotonicNanos()), LONGEST_WAIT.toNanos());
            if (left == 0) {
                selector.selectNow();
            } else {
                // rounded up, or the last millisecond would be spent turning
                selector.select(TimeUnit.NANOSECONDS.toMillis(left) + 1);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped without a goodbye");
            }
            List<SelectionKey> ready = new ArrayList<>(selector.selectedKeys());
            selector.selectedKeys().clear();
            ready.forEach(this::serve);
        } catch (IOException e) {
            throw new UncheckedIOException("the speaker's selector failed", e);
        }
        for (FutureTask<?> question = questions.poll(); question != null; question = questions.poll()) {
            question.run();
        }
        long now = clock.monotonicNanos();
        for (Neighbor neighbor : sessions.neighbors()) {
            sessions.tick(neighbor, now);
            dialIfDue(neighbor, now);
            sessions.send(neighbor);
        }
        sessions.checkConverged(now);
    }

    private void serve(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        if (key.isAcceptable()) {
            accept();
        } else if (key.attachment() instanceof Dialing dialing && key.isConnectable()) {
            finishDial(key, dialing.neighbor());
        } else if (key.attachment() instanceof Attached attached) {
            sessions.ready(attached.neighbor(), attached.wire(), key.isReadable(), clock.monotonicNanos());
        }
    }

    private void accept() {
        try {
            SocketChannel channel = server.accept();
            if (channel == null) {
                return;
            }
            IpAddress from = IpAddress.of(((InetSocketAddress) channel.getRemoteAddress())
                    .getAddress()
                    .getAddress());
            Optional<Neighbor> neighbor = sessions.mayCall(from, clock.monotonicNanos());
            if (neighbor.isEmpty()) {
                channel.close();
                return;
            }
            prepare(channel);
            attach(neighbor.get(), channel, Direction.INCOMING, channel.register(selector, SelectionKey.OP_READ));
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("a call could not be taken");
        }
    }

    private void dialIfDue(Neighbor neighbor, long now) {
        DialState before = neighbor.dial;
        neighbor.dial = before.tick(Timer.of(now, CONNECT_LIMIT), now);
        if (neighbor.dial instanceof DialState.Connect connect && !(before instanceof DialState.Connect)) {
            dial(neighbor, connect, now);
        } else if (neighbor.dial instanceof DialState.Connect connect && connect.overdue(now)) {
            abandon(neighbor);
            sessions.dialFailed(neighbor, connect, "no answer to TCP within " + CONNECT_LIMIT.toSeconds() + " s", now);
        }
    }

    private void dial(Neighbor neighbor, DialState.Connect connect, long now) {
        abandon(neighbor);
        try {
            SocketChannel channel = SocketChannel.open();
            neighbor.dialing = Optional.of(channel);
            prepare(channel);
            channel.register(selector, SelectionKey.OP_CONNECT, new Dialing(neighbor));
            channel.connect(new InetSocketAddress(neighbor.address().toInetAddress(), neighbor.config.port()));
        } catch (IOException e) {
            abandon(neighbor);
            sessions.dialFailed(neighbor, connect, String.valueOf(e.getMessage()), now);
        }
    }

    private void finishDial(SelectionKey key, Neighbor neighbor) {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (channel.finishConnect()) {
                neighbor.dialing = Optional.empty();
                key.interestOps(SelectionKey.OP_READ);
                attach(neighbor, channel, Direction.OUTGOING, key);
            }
        } catch (IOException e) {
            abandon(neighbor);
            if (neighbor.dial instanceof DialState.Connect connect) {
                sessions.dialFailed(neighbor, connect, String.valueOf(e.getMessage()), clock.monotonicNanos());
            }
        }
    }

    private void attach(Neighbor neighbor, SocketChannel channel, Direction direction, SelectionKey key) {
        Wire wire = sessions.connected(neighbor, channel, direction, key, clock.monotonicNanos());
        key.attach(new Attached(neighbor, wire));
    }

    private static void prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.IP_TOS, NETWORK_CONTROL);
    }

    private static void abandon(Neighbor neighbor) {
        try {
            if (neighbor.dialing.isPresent()) {
                neighbor.dialing.get().close();
            }
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing a half-made connection failed; it is gone either way");
        }
        neighbor.dialing = Optional.empty();
    }

    private void sayGoodbye() {
        long now = clock.monotonicNanos();
        for (Neighbor neighbor : sessions.neighbors()) {
            abandon(neighbor);
            for (Wire wire : List.copyOf(neighbor.wires)) {
                sessions.end(neighbor, wire, new EndReason.Stopped(), now);
            }
        }
        try {
            server.close();
            selector.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing the listening socket failed; it is gone either way");
        }
        goodbyeSaid.countDown();
    }

    /** Ends all sessions with a NOTIFICATION and waits until that is sent. Called by the process's main thread. */
    @Override
    public void close() throws InterruptedException {
        stopping = true;
        selector.wakeup();
        if (!goodbyeSaid.await(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.atWarn().log("the speaker did not say goodbye in time");
        }
    }
}
