/**
 * The etcd adapter: the kvstore port over etcd's v3 gRPC API, on stubs generated from our own protos.
 *
 * <p>A watch here never resumes by itself: it ends with a reason, and the caller goes on from the last revision it
 * saw. Clients that resume on their own have lost events by trusting the header of the "created" answer.
 */
@NullMarked
package io.clustermesh.store.etcd;

import org.jspecify.annotations.NullMarked;
