/**
 * A gRPC server on HTTP/2, made for one thing: the same bytes to very many watchers.
 *
 * <p>HTTP/2 (RFC 9113) carries many streams on a connection, cut into frames of at most 16 KiB, each stream and the
 * connection with a window that the receiver opens as it takes data. gRPC puts messages with a five-byte prefix into
 * DATA frames and ends a call with a HEADERS frame (the "trailers"). What comes in is hard to get right, so Netty reads
 * it: frame reader, HPACK, limits on headers. What goes out is simple and decides the speed, so we write it ourselves: a
 * stream queues references to shared bytes, and once for each turn of the event loop the connection copies as much as
 * windows and socket allow into one buffer, and that into one system call.
 *
 * <pre>
 *   socket ─► TLS ─► H2Connection ─ frames ─► H2Stream ─ messages ─► GrpcCall (a watch stream, or HostedCall: any
 *               ▲         │ settings, pings,      │                            service written for grpc-java)
 *               │         │ windows, floods       │ send(Payload), close(status)
 *               └ Outbox ◄┴──── pump, once a turn ┘
 * </pre>
 *
 * <p>The rules that keep a busy connection alive: trailers never overtake data that waits for the window; a PING is
 * answered at once (Go clients measure their window with it); a stream whose client does not read holds up neither
 * its neighbours nor the connection, for it only waits in its own queue; the connection's window is given back when data
 * has been seen, the stream's when its service has taken it.
 *
 * <p>Everything of a connection happens on its event loop. {@link io.clustermesh.apiserver.h2.GrpcServer} may be asked
 * from any thread.
 */
@NullMarked
package io.clustermesh.apiserver.h2;

import org.jspecify.annotations.NullMarked;
