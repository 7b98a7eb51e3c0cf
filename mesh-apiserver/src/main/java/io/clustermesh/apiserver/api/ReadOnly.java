package io.clustermesh.apiserver.api;

import io.clustermesh.store.etcd.pb.LeaseGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** Methods that write: known, so that a client hears "permission denied" rather than "unimplemented". */
final class ReadOnly {

    private ReadOnly() {}

    /** Adds {@code methods} to {@code service}, each refused with its name. */
    static ServerServiceDefinition.Builder refuse(
            ServerServiceDefinition.Builder service, List<MethodDescriptor<?, ?>> methods) {
        methods.forEach(method -> refuse(service, method));
        return service;
    }

    /** The whole {@code Lease} service: leases belong to writers. */
    static ServerServiceDefinition leases() {
        return refuse(
                        ServerServiceDefinition.builder(LeaseGrpc.SERVICE_NAME),
                        List.of(
                                LeaseGrpc.getLeaseGrantMethod(),
                                LeaseGrpc.getLeaseRevokeMethod(),
                                LeaseGrpc.getLeaseKeepAliveMethod(),
                                LeaseGrpc.getLeaseTimeToLiveMethod()))
                .build();
    }

    private static <A, B> void refuse(ServerServiceDefinition.Builder service, MethodDescriptor<A, B> method) {
        ServerCallHandler<A, B> handler = method.getType() == MethodType.UNARY
                ? ServerCalls.asyncUnaryCall((_, answer) -> deny(method, answer))
                : ServerCalls.asyncBidiStreamingCall(answer -> {
                    deny(method, answer);
                    return new Ignoring<>();
                });
        service.addMethod(method, handler);
    }

    private static <B> void deny(MethodDescriptor<?, B> method, StreamObserver<B> answer) {
        answer.onError(EtcdErrors.readOnly(method.getFullMethodName()));
    }

    /** What a refused client still sends. */
    private static final class Ignoring<A> implements StreamObserver<A> {
        @Override
        public void onNext(A message) {}

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {}
    }
}
