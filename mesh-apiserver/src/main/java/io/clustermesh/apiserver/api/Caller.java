package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.Identity;
import io.clustermesh.apiserver.access.Role;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Who calls: set on the connection after the handshake, checked and put into the context of each call.
 *
 * @param role what it may do
 * @param connection stands for the connection: equal for all of its calls, and for no other's that is open
 * @param requiresLeader it would rather be cut off than watch a server that has lost etcd
 */
record Caller(Role role, Object connection, boolean requiresLeader) {

    /** What the connection's certificates say. */
    static final Attributes.Key<Identity> IDENTITY = Attributes.Key.create("clustermesh-identity");

    /** etcd's {@code WithRequireLeader} ({@code etcdserver/api/v3rpc/rpctypes/metadatafields.go}). */
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<Caller> CALLER = Context.key("clustermesh-caller");

    /** Of the current call; only within a handler behind {@link Guard}. */
    static Caller current() {
        return CALLER.get();
    }

    /** The role of the current call. */
    static Role currentRole() {
        return current().role();
    }

    /** Lets no call through that has no role. */
    static final class Guard implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            Attributes attributes = call.getAttributes();
            Identity identity = attributes.get(IDENTITY);
            return switch (identity) {
                case Identity.Known(Role role) -> {
                    Object address = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
                    Caller caller = new Caller(
                            role, address == null ? role.user() : address, "true".equals(headers.get(HAS_LEADER)));
                    yield Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
                }
                case Identity.NoRole(String reason) -> refuse(call, Status.PERMISSION_DENIED.withDescription(reason));
                case Identity.Stranger(String reason) -> refuse(call, Status.UNAUTHENTICATED.withDescription(reason));
                case null -> refuse(call, Status.UNAUTHENTICATED.withDescription("the connection has no identity"));
            };
        }

        private static <A, B> ServerCall.Listener<A> refuse(ServerCall<A, B> call, Status status) {
            call.close(status, new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }
}
