/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept with a connected socket; a part of the layout that tables.h describes. */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* An address and port; IPv4 as ::ffff:a.b.c.d. All in network order. */
struct endpoint {
    __u32 addr[4];
    __be16 port;
    __u8 protocol;
    __u8 pad;
};

/* As layout v1 had it; the map `connected` may hold sockets of that time. */
struct translation {
    struct endpoint frontend;
    struct endpoint backend;
};

/* What is done to hear how a TCP connect ends. */
enum watch { UNDER_WAY = 1, FLAG_IS_OURS = 2 };

/*
 * Begins with a translation. 56 bytes: with what the kernel puts before them that makes 128, and the connect hook
 * allocates one for each socket.
 */
struct attempt {
    struct translation made;
    __u32 service;
    __u32 index; /* never 0 */
    __u16 cluster;
    __u16 watch;
    __u32 begun; /* when the SYN left, in units of 2^20 ns */
};

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct attempt);
} sockets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct translation);
} connected SEC(".maps");
