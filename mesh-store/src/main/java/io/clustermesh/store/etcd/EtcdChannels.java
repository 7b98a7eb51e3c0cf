package io.clustermesh.store.etcd;

import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel for each endpoint, of which one is in use; a failure moves on to the next. No load balancing: endpoints
 * may be replicas with histories of their own, so calls stay with one as long as it answers.
 */
final class EtcdChannels implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdChannels.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final List<ManagedChannel> channels;
    private final @Nullable ReloadingTls tls;
    private final AtomicInteger used = new AtomicInteger();

    EtcdChannels(EtcdTarget target, EtcdTransport transport) {
        Optional<ReloadingTls> reloading = target.tls().map(files -> new ReloadingTls(files, transport.clock()));
        tls = reloading.orElse(null);
        channels = target.endpoints().stream()
                .map(endpoint -> transport.channel(endpoint, target.address(endpoint), reloading))
                .toList();
    }

    ManagedChannel current() {
        lookAtFiles();
        return inUse();
    }

    /** Like {@link #current()}, for threads that must not read files. */
    ManagedChannel inUse() {
        return channels.get(used.get() % channels.size());
    }

    /** Takes over TLS files that changed; reads files at most once a second. */
    void lookAtFiles() {
        if (tls != null) {
            tls.refresh();
        }
    }

    /**
     * The channel broke: the next call takes the next endpoint, and doesn't wait for gRPC's own back-off of up to two
     * minutes, since our callers have theirs.
     */
    void failed(ManagedChannel channel) {
        int index = channels.indexOf(channel);
        int now = used.get();
        if (now % channels.size() == index) {
            used.compareAndSet(now, (now + 1) % channels.size());
        }
        channels.get(used.get() % channels.size()).resetConnectBackoff();
    }

    /** Ends every call under way; new ones fail at once. */
    void cancelAll() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    /** Returns once the sockets are closed, so that the event loop behind them may stop; within 2 s each at most. */
    @Override
    public void close() {
        cancelAll();
        for (ManagedChannel channel : channels) {
            try {
                if (!channel.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOG.atWarn()
                            .addKeyValue("endpoint", channel.authority())
                            .log("connection did not close in time, left behind");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
