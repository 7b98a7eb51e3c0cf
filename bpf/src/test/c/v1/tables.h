/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables, as io.clustermesh.bpf.maps.KernelServiceTables writes them. Every change of a layout here needs a new
 * version in the pin path (KernelLayout.VERSION), since pinned tables outlive the agent.
 *
 *   services   (frontend) -> service: id, up to 8 slots of {cluster, table}
 *   policies   [service id] -> 8 x {tier:2, weight:6}
 *   down       512 bits, one per cluster
 *   arena      every slot's table: backend indexes, in blocks of 4 KiB
 *   backends   [index] -> address and state
 *   connected  (socket) -> what was translated into what, for TCP and connected UDP; freed with the socket
 *   datagrams  (socket cookie, backend) -> frontend, for unconnected UDP
 *   counters   one struct per CPU
 */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SLOTS 8
#define TIERS 4
#define PROBES 8
#define CLUSTER_WORDS 8
#define BLOCK_ENTRIES 1024

#define TCP 6
#define UDP 17

#define READ_ONCE(x) (*(volatile typeof(x) *)&(x))

/* An address and port; IPv4 as ::ffff:a.b.c.d. All in network order. */
struct endpoint {
    __u32 addr[4];
    __be16 port;
    __u8 protocol;
    __u8 pad;
};

struct slot {
    __u32 cluster;
    __u32 base;
    __u32 size;
};

struct service {
    __u32 id;
    __u32 count; /* for user space, so that it reads back what it wrote */
    struct slot slots[SLOTS];
};

enum backend_state { ACTIVE, TERMINATING, QUARANTINED, MAINTENANCE };

/* Port 0 marks a cleared entry. The word is stored in one piece, last, when an entry is written. */
struct backend {
    __u32 addr[4];
    union {
        __u64 word;
        struct {
            __be16 port;
            __u8 protocol;
            __u8 state;
            __u32 cluster;
        };
    };
};

struct block {
    __u32 entries[BLOCK_ENTRIES];
};

struct down {
    __u64 words[CLUSTER_WORDS];
};

struct translation {
    struct endpoint frontend;
    struct endpoint backend;
};

struct datagram {
    __u64 cookie;
    struct endpoint backend;
    __u32 pad;
};

struct counters {
    __u64 translated;
    __u64 no_backend;
    __u64 retries;
    __u64 reversed;
};

/* max_entries of the first four are set by the loader. */

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 1);
    __type(key, struct endpoint);
    __type(value, struct service);
} services SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} policies SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct backend);
} backends SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct block);
} arena SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct down);
} down SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct translation);
} connected SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 32768);
    __type(key, struct datagram);
    __type(value, struct endpoint);
} datagrams SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct counters);
} counters SEC(".maps");

static __always_inline struct counters *this_cpu_counters(void)
{
    __u32 zero = 0;
    return bpf_map_lookup_elem(&counters, &zero);
}
