/**
 * A kvstore in memory that keeps the same promises as etcd: one revision for each write, watches from any revision
 * that is not compacted, transactions and leases.
 *
 * <p>It passes the same contract suite as the etcd adapter, so that a test may take it for etcd, and it can be told to
 * fail the ways an etcd fails: unreachable, disconnected, compacted, replaced by another history.
 */
@NullMarked
package io.clustermesh.store.kv.memory;

import org.jspecify.annotations.NullMarked;
