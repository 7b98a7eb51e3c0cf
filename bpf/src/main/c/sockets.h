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

/* Begins with a translation. */
struct attempt {
    struct translation made;
    __u32 service;
    __u32 index;
    __u32 cluster;
    __u32 watched; /* the flag that we set on the socket to hear of its states */
    __u64 begun;   /* ns since boot, when the SYN left */
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
