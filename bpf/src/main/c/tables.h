/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables, as io.clustermesh.bpf.maps.KernelServiceTables writes them. Every change of a layout here needs a new
 * version in the pin path (KernelLayout.VERSION), since pinned tables outlive the agent.
 *
 *   services         (frontend) -> service: id, affinity, up to 8 slots of {cluster, table}
 *   policies         [service id] -> 8 x {tier:2, weight:6}
 *   down             512 bits, one per cluster
 *   arena            every slot's table: backend indexes, in blocks of 4 KiB
 *   backends         [index] -> address and state
 *   clients          (service id, network namespace) -> the backend it had last, for services with affinity
 *   members          (service id, backend index) of services with affinity: whom a client may come back to
 *   sockets          (socket) -> what was translated into what, for TCP and connected UDP; freed with the socket
 *   connected        (socket) -> the same as layout v1 wrote it, for sockets older than the upgrade; only read
 *   datagrams        (socket cookie, backend) -> frontend, for unconnected UDP
 *   backend_tallies  [index] -> how connects to it went
 *   service_tallies  [service id] -> the same of a service
 *   failures         a ring: TCP connects that came to nothing
 *   ipcache          (prefix) -> identity and cluster, longest match
 *   counters         one struct per CPU
 */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "sockets.h"

#define SLOTS 8
#define TIERS 4
#define PROBES 8
#define CLUSTER_WORDS 8
#define BLOCK_ENTRIES 1024
#define FAILURES_BYTES (256 * 1024)

#define TCP 6
#define UDP 17

#define READ_ONCE(x) (*(volatile typeof(x) *)&(x))

struct slot {
    __u32 cluster;
    __u32 base;
    __u32 size;
};

struct service {
    __u32 id;
    __u32 count; /* for user space, so that it reads back what it wrote */
    __u32 affinity_seconds; /* how long a client that stays away keeps its backend; 0: no affinity */
    __u32 pad;
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

/* Of a service with affinity. A client is a network namespace: at connect a socket has no address yet. */
struct client {
    __u64 netns;
    __u32 service;
    __u32 pad;
};

struct kept {
    __u32 index;
    __u32 used; /* seconds since boot */
};

struct member {
    __u32 service;
    __u32 index;
};

struct datagram {
    __u64 cookie;
    struct endpoint backend;
    __u32 pad;
};

struct backend_tally {
    __u64 begun;       /* connects sent there, TCP and UDP */
    __u64 established; /* from here on TCP only */
    __u64 refused;
    __u64 unanswered;  /* timed out, unreachable, or given up after a second SYN */
};

struct service_tally {
    __u64 begun;
    __u64 established;
    __u64 failed; /* refused or unanswered */
    __u64 no_backend;
};

enum failure_kind { REFUSED, TIMED_OUT, UNREACHABLE, GAVE_UP, GAVE_UP_AT_ONCE };

/* A TCP connect that came to nothing. */
struct failure {
    __u64 at;     /* ns since boot */
    __u64 waited; /* ns since the SYN left */
    __u32 service;
    __u32 index;
    __u32 cluster;
    __u32 kind;
    __u32 resent; /* SYNs after the first */
    __u32 pad;
};

/* The family comes first, so that no IPv6 prefix, however short, holds an IPv4 address. */
struct prefix {
    __u32 length; /* in bits, the 32 of the family counted */
    __u32 family; /* 4 or 6 */
    __u32 addr[4]; /* network order; IPv4 in the first */
};

struct identity {
    __u32 identity;
    __u32 cluster;
};

struct counters {
    __u64 translated;
    __u64 no_backend;
    __u64 retries;
    __u64 reversed;
    __u64 kept;     /* clients that came back to their backend */
    __u64 gave_way; /* clients whose backend was no longer to be had */
    __u64 lost;     /* failures for which the ring had no room */
    __u64 spare;
};

/* A max_entries of 1 is set by the loader. */

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
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, struct client);
    __type(value, struct kept);
} clients SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 1);
    __type(key, struct member);
    __type(value, __u32);
} members SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 32768);
    __type(key, struct datagram);
    __type(value, struct endpoint);
} datagrams SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct backend_tally);
} backend_tallies SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct service_tally);
} service_tallies SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, FAILURES_BYTES);
} failures SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 1);
    __type(key, struct prefix);
    __type(value, struct identity);
} ipcache SEC(".maps");

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

static __always_inline struct backend_tally *backend_tally(__u32 index)
{
    return bpf_map_lookup_elem(&backend_tallies, &index);
}

static __always_inline struct service_tally *service_tally(__u32 id)
{
    return bpf_map_lookup_elem(&service_tallies, &id);
}

static __always_inline void count(__u64 *counter)
{
    __sync_fetch_and_add(counter, 1);
}
