/**
 * Keeping two things alike: a prefix of a kvstore and a consumer ({@link io.clustermesh.store.sync.Reflector}), or a
 * map of ours and a prefix of a kvstore ({@link io.clustermesh.store.sync.SyncStore}).
 *
 * <p>Reading: list, then watch from the next revision; when the watch ends, watch again from the last revision seen,
 * or list again if that history is gone and work out what vanished in the gap. Writing: say what should be there, and
 * let one thread write the difference in few transactions, on leases that die with us, and last of all the canary that
 * tells readers that everything is there.
 */
@NullMarked
package io.clustermesh.store.sync;

import org.jspecify.annotations.NullMarked;
