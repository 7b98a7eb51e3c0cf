package io.clustermesh.apiserver.api;

import io.clustermesh.store.etcd.pb.LeaseGrpc;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import java.util.List;

/** Services of which etcd answers everything, and the one that nobody needs here: users are certificates. */
final class Upkeep {

    /** What a client with a name and a password hears; Go's then goes on without ({@code clientv3/client.go}). */
    private static final String NO_PASSWORDS = "etcdserver: authentication is not enabled";

    private Upkeep() {}

    /** {@code Lease}: for those who write. */
    static ServerServiceDefinition leases(Passage passage) {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(LeaseGrpc.SERVICE_NAME);
        for (String call : List.of("LeaseGrant", "LeaseRevoke", "LeaseTimeToLive", "LeaseLeases")) {
            passage.add(service, LeaseGrpc.SERVICE_NAME, call, MethodType.UNARY);
        }
        passage.add(service, LeaseGrpc.SERVICE_NAME, "LeaseKeepAlive", MethodType.BIDI_STREAMING);
        return service.build();
    }

    /** {@code Auth.Authenticate}. */
    static ServerServiceDefinition auth() {
        String name = "etcdserverpb.Auth";
        return ServerServiceDefinition.builder(name)
                .addMethod(
                        RawBytes.method(name, "Authenticate", MethodType.UNARY),
                        ServerCalls.asyncUnaryCall((_, answer) -> answer.onError(Status.FAILED_PRECONDITION
                                .withDescription(NO_PASSWORDS)
                                .asRuntimeException())))
                .build();
    }
}
