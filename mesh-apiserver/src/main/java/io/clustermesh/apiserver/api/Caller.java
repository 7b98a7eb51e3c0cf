package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.Identity;
import io.clustermesh.apiserver.access.Role;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Who calls: set on the connection after the handshake, checked and put into the context of each call.
 *
 * @param role what it may do
 * @param connection stands for the connection: equal for all of its calls, and for no other's that is open
 * @param requiresLeader it would rather be cut off than watch a server that has lost etcd
 */
record Caller(Role role, Object connection, boolean requiresLeader) {

    /** What the connection's certificates say. */
    private static final Attributes.Key<Identity> IDENTITY = Attributes.Key.create("clustermesh-identity");

    private static final Attributes.Key<Object> CONNECTION = Attributes.Key.create("clustermesh-connection");

    /** etcd's {@code WithRequireLeader} ({@code etcdserver/api/v3rpc/rpctypes/metadatafields.go}). */
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<Caller> CALLER = Context.key("clustermesh-caller");

    /** What a connection's calls are to know of it. */
    static Attributes attributes(Identity identity, Object connection) {
        return Attributes.newBuilder()
                .set(IDENTITY, identity)
                .set(CONNECTION, connection)
                .build();
    }

    /** Of the current call; only within a handler behind {@link Guard}. */
    static Caller current() {
        return CALLER.get();
    }

    /**
     * Who makes a call.
     *
     * @throws StatusRuntimeException if it has no role
     */
    static Caller of(Attributes client, Metadata headers) {
        @Nullable Identity identity = client.get(IDENTITY);
        @Nullable Object connection = client.get(CONNECTION);
        return switch (identity) {
            case Identity.Known(Role role) ->
                new Caller(role, connection == null ? role.user() : connection, "true".equals(headers.get(HAS_LEADER)));
            case Identity.NoRole(String reason) ->
                throw Status.PERMISSION_DENIED.withDescription(reason).asRuntimeException();
            case Identity.Stranger(String reason) ->
                throw Status.UNAUTHENTICATED.withDescription(reason).asRuntimeException();
            case null ->
                throw Status.UNAUTHENTICATED
                        .withDescription("the connection has no identity")
                        .asRuntimeException();
        };
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
            try {
                Context context = Context.current().withValue(CALLER, of(call.getAttributes(), headers));
                return Contexts.interceptCall(context, call, headers, next);
            } catch (StatusRuntimeException e) {
                call.close(e.getStatus(), new Metadata());
                return new ServerCall.Listener<>() {};
            }
        }
    }
}
