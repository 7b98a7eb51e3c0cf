/**
 * From desired services to writes.
 *
 * <p>Three allocators (service ids, backend indexes, arena regions) and the memory of what was written. Each change is
 * the smallest set of writes in an order that is valid at every moment: first the policy words and state bytes that take
 * traffic off what is gone, then backends, table, service entry, policy word; removals in reverse. Nothing freed is used
 * again until a connect that still holds the old number is long over. A restarted agent reads back the tables and adopts
 * what it finds.
 */
@NullMarked
package io.clustermesh.nodesync.apply;

import org.jspecify.annotations.NullMarked;
