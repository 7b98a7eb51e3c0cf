/**
 * Simulated peers: many clusters in one process, each with an etcd v3 API over mutual TLS on a port of its own.
 *
 * <p>What a mirror sees of them is real: handshakes, ranges in pages, watches, cluster config, canaries, heartbeat, records. What
 * is left out is what it can't see: 250 etcds, which no two cores could run. Two liberties: a page is read at the present
 * revision whatever revision was asked for, and nothing is ever compacted. Both show only while a list meets changes, and
 * then the watch that follows repairs it.
 */
@NullMarked
package io.clustermesh.bench.fleet;

import org.jspecify.annotations.NullMarked;
