/**
 * The kvstore port: a revisioned, ordered map with watches, transactions and leases, in etcd's terms.
 *
 * <p>Every write gets the next {@link io.clustermesh.store.kv.Revision}; a list names the revision it shows, and a
 * watch from the revision after it misses nothing. That pair, list then watch, is how every mirror of the mesh works.
 * Calls block, so they belong on virtual threads or on an agent's own thread, never on an event loop.
 */
@NullMarked
package io.clustermesh.store.kv;

import org.jspecify.annotations.NullMarked;
