/**
 * Whether this machine can run the eBPF data plane, and what to do if not.
 *
 * <p>It takes five things: libbpf, the right to load programs (root, or CAP_BPF with CAP_NET_ADMIN), a kernel with the
 * helpers in use, a bpffs to pin to, and a cgroup of version 2 to attach to. Each missing one is told with its remedy,
 * all at once.
 */
@NullMarked
package io.clustermesh.bpf.support;

import org.jspecify.annotations.NullMarked;
