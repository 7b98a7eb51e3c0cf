package io.clustermesh.apiserver.api;

import io.clustermesh.model.ClusterName;
import io.clustermesh.store.tls.TlsFiles;
import java.nio.file.Path;

/**
 * @param cluster whose data is served; decides the roles
 * @param endpoint where
 * @param tls the server's certificate and key, and the own CA as trust; read again when they change
 * @param trustDirectory holds {@code <peer>.crt}, the CA of each connected peer; watched
 * @param limits threads and intervals
 */
public record ApiConfig(
        ClusterName cluster, ApiEndpoint endpoint, TlsFiles tls, Path trustDirectory, ApiLimits limits) {}
