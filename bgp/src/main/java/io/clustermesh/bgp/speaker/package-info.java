/**
 * The speaker: sockets, timers and kernel routes around the pure packages.
 *
 * <p>Two threads. The <em>speaker</em> owns every socket, every state machine and the RIB, and waits in one selector; so
 * nothing of that needs a lock, and no session can starve another for longer than one turn. The <em>routes</em> thread
 * owns the netlink socket and makes the kernel agree with a map of desired routes, so that a slow kernel never delays a
 * KEEPALIVE. Between them stands that map, which holds each prefix once however often it changes. Views are worked out
 * on the speaker's thread when somebody asks; metrics read counters.
 */
@NullMarked
package io.clustermesh.bgp.speaker;

import org.jspecify.annotations.NullMarked;
