package io.clustermesh.nodesync.quarantine;

import io.clustermesh.store.runtime.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;

/** Probes by TCP connects from this process's network namespace, each on a virtual thread; at most so many at once. */
public final class TcpProber implements Prober {

    /** How long a backend may take to answer. */
    public static final Duration LIMIT = Duration.ofMillis(500);

    private static final int AT_ONCE = 64;

    private final ExecutorService threads = Worker.executor("probe");
    private final Set<Target> underWay = ConcurrentHashMap.newKeySet();
    private final Queue<Result> results =
            new ConcurrentLinkedQueue<>(); // bounded by AT_ONCE: a target leaves with its result

    @Override
    public boolean probe(Target target) {
        if (underWay.contains(target)) {
            return true;
        }
        if (underWay.size() >= AT_ONCE) {
            return false;
        }
        underWay.add(target);
        threads.execute(() -> results.add(new Result(target, answers(target))));
        return true;
    }

    private static boolean answers(Target target) {
        try (Socket socket = new Socket()) {
            socket.setSoLinger(true, 0); // a reset: nothing of a probe stays behind on either side
            socket.connect(new InetSocketAddress(address(target), target.port()), (int) LIMIT.toMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static InetAddress address(Target target) {
        try {
            return InetAddress.getByName(target.ip().toString()); // a literal: no resolver is asked
        } catch (UnknownHostException e) {
            throw new UncheckedIOException("%s is no address".formatted(target.ip()), e);
        }
    }

    @Override
    public List<Result> results() {
        List<Result> taken = new ArrayList<>();
        for (Result result = results.poll(); result != null; result = results.poll()) {
            underWay.remove(result.target());
            taken.add(result);
        }
        return taken;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
