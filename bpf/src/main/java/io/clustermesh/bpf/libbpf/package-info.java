/**
 * The binding to libbpf and the few system calls beside it: the only package here that knows foreign memory.
 *
 * <p>eBPF is driven through file descriptors: an object file becomes maps and programs in the kernel, a program is
 * attached to a cgroup by a link, and maps and links live on after the process when they are pinned, that is, given a
 * name in a bpffs. libbpf does the loading; Java's foreign functions call it, no C of our own stands between. Rules
 * that cost others a crash: no exception leaves an upcall; an opts struct starts with its size, the rest zero; errno is
 * captured with the call and never asked for afterwards; a call that may wait is never a critical one; what is mapped
 * is closed through its arena, so that a late reader gets an exception and no fault of the machine.
 */
@NullMarked
package io.clustermesh.bpf.libbpf;

import org.jspecify.annotations.NullMarked;
