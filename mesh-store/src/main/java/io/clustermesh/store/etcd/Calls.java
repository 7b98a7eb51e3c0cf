package io.clustermesh.store.etcd;

import io.clustermesh.store.kv.StoreException;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Makes unary calls: deadline, mapped errors, and the next endpoint after a failure that may be the endpoint's.
 *
 * <p>Closing waits for the calls under way, which it cancels, and later calls are refused. The order matters: gRPC
 * keeps a call's deadline on the event loop, and a call that ends after the loop did never returns to its caller.
 */
final class Calls implements AutoCloseable {

    private final EtcdChannels channels;
    private final Duration deadline;
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private volatile boolean closed;

    Calls(EtcdTarget target, EtcdTransport transport) {
        this.channels = new EtcdChannels(target, transport);
        this.deadline = target.deadline();
    }

    /** One call on one channel. */
    @FunctionalInterface
    interface Call<A> {
        A make(ManagedChannel channel, Stubs stubs);
    }

    /** Makes stubs whose calls end in time. */
    record Stubs(Duration deadline) {
        <S extends AbstractStub<S>> S on(S stub) {
            return stub.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    ManagedChannel channel() {
        return channels.current();
    }

    void failed(ManagedChannel channel) {
        channels.failed(channel);
    }

    /** @throws StoreException saying what {@code name} was */
    <A> A unary(String name, Call<A> call) {
        try {
            return raw(call);
        } catch (StatusRuntimeException e) {
            throw EtcdErrors.toStoreException(name, e);
        }
    }

    /** Like {@link #unary}, for callers that look at the status. */
    <A> A raw(Call<A> call) {
        open.readLock().lock();
        try {
            if (closed) {
                throw Status.UNAVAILABLE
                        .withDescription("the connection to the kvstore was closed by this process")
                        .asRuntimeException();
            }
            return make(call);
        } finally {
            open.readLock().unlock();
        }
    }

    private <A> A make(Call<A> call) {
        ManagedChannel channel = channels.current();
        try {
            return call.make(channel, new Stubs(deadline));
        } catch (StatusRuntimeException e) {
            Status.Code code = e.getStatus().getCode();
            if (code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED) {
                channels.failed(channel);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        closed = true;
        channels.cancelAll();
        open.writeLock().lock();
        try {
            channels.close();
        } finally {
            open.writeLock().unlock();
        }
    }
}
