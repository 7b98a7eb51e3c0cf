package io.clustermesh.apiserver.publish;

import io.clustermesh.model.ServiceName;
import java.util.Optional;

/**
 * A key that is to hold other bytes than before, or to go.
 *
 * <p>The array is shared, not copied; nobody may write to it.
 *
 * @param topic what kind of key
 * @param key the key
 * @param value its new bytes; empty if it is to go
 * @param service the service that it is about, for the trace of hops
 */
public record Edit(Topic topic, String key, Optional<byte[]> value, Optional<ServiceName> service) {}
