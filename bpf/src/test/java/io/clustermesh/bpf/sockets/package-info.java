/** Messages of sock_diag, byte by byte. */
@NullMarked
package io.clustermesh.bpf.sockets;

import org.jspecify.annotations.NullMarked;
