/**
 * Whether the tables still hold what was written to them.
 *
 * <p>A process that forgets, a person with {@code bpftool}, a bug: the kernel's tables may come to differ from what the
 * agent believes, and nothing would ever tell. So {@link io.clustermesh.nodesync.audit.WrittenTables} notes every write on its
 * way to the tables, and {@link io.clustermesh.nodesync.audit.Auditor} compares the tables with those notes from time to time,
 * a little at a time, repairs what differs and counts it by kind. A table of backend indexes is noted as a hash; one that
 * differs is built anew.
 */
@NullMarked
package io.clustermesh.nodesync.audit;

import org.jspecify.annotations.NullMarked;
