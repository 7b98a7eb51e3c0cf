/**
 * Sockets that are connected to a backend that is no more.
 *
 * <p>The programs choose a backend when a socket connects, and never look at it again. A TCP connection to a dead pod ends
 * by itself, if late; a connected UDP socket sends into the void for ever, since nothing tells its application. So such
 * sockets are found by what the programs noted with them, and ended: the application gets {@code ECONNABORTED}, connects
 * anew, and meets a backend that lives. Cilium does the same when a backend is deleted.
 */
@NullMarked
package io.clustermesh.nodesync.stuck;

import org.jspecify.annotations.NullMarked;
