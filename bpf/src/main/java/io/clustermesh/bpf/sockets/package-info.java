/**
 * The sockets that the programs translated, wherever they are: found, and ended when their backend is dead.
 *
 * <p>A socket that is connected stays so when its backend dies without a word: a UDP client goes on sending into the
 * void, since nothing ever tells it otherwise, and a TCP client waits until retransmissions give up after many minutes.
 * The tables are no help, they are asked at connect only. So the kernel is asked, namespace by namespace, for sockets
 * that carry a translation (for TCP the sock_diag interface reports a socket's eBPF storage, for UDP an iterator program
 * reads it), and those whose backend is dead
 * are ended: the application gets {@code ECONNABORTED} at its next call, and connects anew. Sockets that reached the
 * same address without a frontend are not touched.
 */
@NullMarked
package io.clustermesh.bpf.sockets;

import org.jspecify.annotations.NullMarked;
