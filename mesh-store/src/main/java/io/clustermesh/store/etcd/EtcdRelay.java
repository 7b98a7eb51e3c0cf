package io.clustermesh.store.etcd;

import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.runtime.Clock;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Calls to etcd that nobody waits for: a gRPC channel for a server that hands its clients' calls on. It never blocks, so
 * event loops may use it; answers come on the executor of the call's options. Of several endpoints it stays with one
 * until that fails.
 */
public final class EtcdRelay extends Channel implements AutoCloseable {

    private static final long LOOK_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

    private final EtcdTransport transport;
    private final EtcdChannels channels;
    private final Clock clock;
    private final AtomicLong looked;

    private EtcdRelay(EtcdTarget target, EtcdTransport transport) {
        this.transport = transport;
        this.clock = transport.clock();
        this.channels = new EtcdChannels(target, transport);
        this.looked = new AtomicLong(clock.monotonicNanos());
    }

    /**
     * A relay with an event loop of its own; connects at the first call.
     *
     * @throws StoreException.Unavailable if the TLS files can't be used
     */
    public static EtcdRelay connect(EtcdTarget target, Clock clock) {
        return new EtcdRelay(target, new EtcdTransport(clock));
    }

    @Override
    public <A, B> ClientCall<A, B> newCall(MethodDescriptor<A, B> method, CallOptions options) {
        long last = looked.get();
        long now = clock.monotonicNanos();
        if (now - last >= LOOK_EVERY_NANOS && looked.compareAndSet(last, now)) {
            transport.offload(channels::lookAtFiles);
        }
        ManagedChannel channel = channels.inUse();
        return new SimpleForwardingClientCall<>(channel.newCall(method, options)) {
            @Override
            public void start(Listener<B> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                if (status.getCode() == Status.Code.UNAVAILABLE) {
                                    channels.failed(channel);
                                }
                                super.onClose(status, trailers);
                            }
                        },
                        headers);
            }
        };
    }

    @Override
    public String authority() {
        return channels.inUse().authority();
    }

    /** Ends every call under way. */
    @Override
    public void close() {
        channels.close();
        transport.close();
    }
}
