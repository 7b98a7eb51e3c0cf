package io.clustermesh.apiserver.h2;

/** Serves the calls of one method. */
@FunctionalInterface
public interface GrpcMethod {

    /** A call begins; on its event loop. Whatever it throws ends that call. */
    GrpcCall open(GrpcStream stream);
}
