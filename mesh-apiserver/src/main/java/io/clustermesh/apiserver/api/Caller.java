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

/** Who calls: set on the connection after the handshake, checked and put into the context of each call. */
final class Caller {

    /** What the connection's certificates say. */
    static final Attributes.Key<Identity> IDENTITY = Attributes.Key.create("clustermesh-identity");

    private static final Context.Key<Role> ROLE = Context.key("clustermesh-role");

    private Caller() {}

    /** The role of the current call; only within a handler behind {@link Guard}. */
    static Role role() {
        return ROLE.get();
    }

    /** Lets no call through that has no role. */
    static final class Guard implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            Identity identity = call.getAttributes().get(IDENTITY);
            return switch (identity) {
                case Identity.Known(Role role) ->
                    Contexts.interceptCall(Context.current().withValue(ROLE, role), call, headers, next);
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
