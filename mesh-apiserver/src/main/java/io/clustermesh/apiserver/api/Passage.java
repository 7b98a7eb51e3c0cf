package io.clustermesh.apiserver.api;

import com.google.protobuf.InvalidProtocolBufferException;
import io.clustermesh.apiserver.access.Role;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.store.etcd.pb.CompactionRequest;
import io.clustermesh.store.etcd.pb.MaintenanceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The methods that etcd answers itself: writes, leases and upkeep. The administrator's calls are handed on byte by byte,
 * so answers, error codes and texts are etcd's own; everybody else is refused.
 *
 * <p>Runs on the caller's event loop, and so do etcd's answers.
 */
final class Passage {

    /** A call that etcd does not answer in time ends here; its own limit is 7 s at most. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** For work on the whole database. */
    private static final Duration UPKEEP_LIMIT = Duration.ofMinutes(10);

    private final Channel etcd;
    private final Loops loops;
    private final WatchCache cache;
    private final ApiCounters counters;

    Passage(Channel etcd, Loops loops, WatchCache cache, ApiCounters counters) {
        this.etcd = etcd;
        this.loops = loops;
        this.cache = cache;
        this.counters = counters;
    }

    /** Adds {@code method}, by its short name, as one that only etcd answers. */
    void add(ServerServiceDefinition.Builder service, String serviceName, String method, MethodType type) {
        MethodDescriptor<byte[], byte[]> raw = RawBytes.method(serviceName, method, type);
        service.addMethod(raw, (call, _) -> start(raw, call));
    }

    /** {@code KV.Compact}: the cache forgets what etcd forgets, so that both refuse the same revisions. */
    void addCompact(ServerServiceDefinition.Builder service, String serviceName) {
        MethodDescriptor<byte[], byte[]> raw = RawBytes.method(serviceName, "Compact", MethodType.UNARY);
        service.addMethod(raw, (call, _) -> {
            Relay.Tap compaction = new Relay.Tap() {
                private long revision;

                @Override
                public void asked(byte[] request) {
                    try {
                        revision = CompactionRequest.parseFrom(request).getRevision();
                    } catch (InvalidProtocolBufferException e) {
                        revision = 0; // etcd will say so
                    }
                }

                @Override
                public void done(Status status) {
                    if (status.isOk() && revision > 0) {
                        cache.compactedTo(revision);
                    }
                }
            };
            return start(raw, call, compaction);
        });
    }

    private ServerCall.Listener<byte[]> start(
            MethodDescriptor<byte[], byte[]> method, ServerCall<byte[], byte[]> call) {
        return start(method, call, Relay.Tap.NONE);
    }

    /** Hands the call on if the caller may write. */
    ServerCall.Listener<byte[]> start(
            MethodDescriptor<byte[], byte[]> method, ServerCall<byte[], byte[]> call, Relay.Tap tap) {
        Role role = Caller.currentRole();
        if (role.kind() != Role.Kind.ADMIN) {
            counters.writesRefused.increment();
            StatusRuntimeException refusal = EtcdErrors.readOnly(role, method.getFullMethodName());
            call.close(refusal.getStatus(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        counters.passedThrough.increment();
        CallOptions options = CallOptions.DEFAULT.withExecutor(loops.here());
        if (method.getType() == MethodType.UNARY) {
            boolean upkeep = MaintenanceGrpc.SERVICE_NAME.equals(method.getServiceName());
            options = options.withDeadlineAfter((upkeep ? UPKEEP_LIMIT : LIMIT).toMillis(), TimeUnit.MILLISECONDS);
        }
        ClientCall<byte[], byte[]> onward = etcd.newCall(method, options);
        return Relay.start(call, onward, tap);
    }
}
