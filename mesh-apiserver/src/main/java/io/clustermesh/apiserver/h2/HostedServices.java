package io.clustermesh.apiserver.h2;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Services written for grpc-java, served by {@link GrpcServer}. */
public final class HostedServices {

    private HostedServices() {}

    /** Their methods by path, {@code /service/method}. */
    public static Map<String, GrpcMethod> methods(Collection<ServerServiceDefinition> services) {
        Map<String, GrpcMethod> methods = new HashMap<>();
        for (ServerServiceDefinition service : services) {
            for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
                methods.put("/" + method.getMethodDescriptor().getFullMethodName(), host(method));
            }
        }
        return methods;
    }

    private static <A, B> GrpcMethod host(ServerMethodDefinition<A, B> method) {
        return stream -> HostedCall.open(method, stream);
    }
}
