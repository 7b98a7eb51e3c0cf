package io.clustermesh.store.etcd;

import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One channel for each endpoint, of which one is in use; a failure moves on to the next. No load balancing: endpoints
 * may be replicas with histories of their own, so calls stay with one as long as it answers.
 */
final class EtcdChannels implements AutoCloseable {

    private final List<ManagedChannel> channels;
    private final @Nullable ReloadingTls tls;
    private final AtomicInteger used = new AtomicInteger();

    EtcdChannels(EtcdTarget target, EtcdTransport transport) {
        Optional<ReloadingTls> reloading = target.tls().map(files -> new ReloadingTls(files, transport.clock()));
        tls = reloading.orElse(null);
        channels = target.endpoints().stream()
                .map(endpoint -> transport.channel(endpoint, reloading))
                .toList();
    }

    ManagedChannel current() {
        if (tls != null) {
            tls.refresh();
        }
        return channels.get(used.get() % channels.size());
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

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
