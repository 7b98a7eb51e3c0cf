/**
 * From Kubernetes objects to the keys that peers and agents read.
 *
 * <p>{@link io.clustermesh.apiserver.publish.Publication} is the pure part: objects and identities go in, and out comes
 * which key is to hold which bytes, recomputing only what a change touches. {@link
 * io.clustermesh.apiserver.publish.Publisher} is the agent around it, which owns the state, writes to the kvstore and
 * keeps order where order matters to a reader: an identity before the address that uses it, everything before the
 * canary that says "everything". The format is Cilium's, so that an unmodified Cilium can read from us.
 */
@NullMarked
package io.clustermesh.apiserver.publish;

import org.jspecify.annotations.NullMarked;
