/**
 * What is written back to the Kubernetes API.
 *
 * <p>Two things, each with a thread of its own and only by the replica that publishes: an Event on the object for every
 * warning about it, so that {@code kubectl describe} shows why an annotation has no effect; and EndpointSlices with the
 * backends of peers, for those who read slices and know nothing of the mesh (the cluster's DNS for headless services,
 * ingress controllers). Neither is needed for anything else: when the API server is away or refuses, the mesh goes on, and
 * status says what is missing.
 */
@NullMarked
package io.clustermesh.apiserver.sink;

import org.jspecify.annotations.NullMarked;
