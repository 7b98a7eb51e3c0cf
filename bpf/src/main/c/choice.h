/* SPDX-License-Identifier: Apache-2.0 */
/* What a choice is made of: its state, and a look at one backend. */
#pragma once

#include "tables.h"

struct choice {
    const struct service *service;
    __u64 live;   /* the policy word without slots that are down or empty */
    __u64 random;
    __u32 tier;
    __u32 probes; /* made in this tier */
    __u32 retries;
    __u32 mapped; /* whether the frontend is IPv4: a backend must be of its family */
    __u32 found;  /* 1: backend is ACTIVE; 2: backend is TERMINATING, taken if nobody better comes */
    __u32 index;  /* of the backend taken */
    __u32 cluster;
    __u32 seen_cluster;
    struct endpoint seen; /* the backend looked at last, if it was of use */
    struct endpoint backend;
};

#define USELESS (MAINTENANCE + 1)

static __always_inline __u32 is_mapped(const __u32 addr[4])
{
    return (addr[0] | addr[1] | (addr[2] ^ bpf_htonl(0xffff))) == 0;
}

/* Looks at a backend; its state, or USELESS. What was seen is the caller's to take. */
static __always_inline __u32 look_at(struct choice *c, __u32 index)
{
    if (index == 0)
        return USELESS;
    struct backend *backend = bpf_map_lookup_elem(&backends, &index);
    if (!backend)
        return USELESS;

    struct backend seen;
    seen.word = READ_ONCE(backend->word);
    seen.addr[0] = READ_ONCE(backend->addr[0]);
    seen.addr[1] = READ_ONCE(backend->addr[1]);
    seen.addr[2] = READ_ONCE(backend->addr[2]);
    seen.addr[3] = READ_ONCE(backend->addr[3]);
    if (READ_ONCE(backend->word) != seen.word) /* being rewritten */
        return USELESS;
    if (seen.port == 0 || is_mapped(seen.addr) != c->mapped)
        return USELESS;

    c->seen.addr[0] = seen.addr[0];
    c->seen.addr[1] = seen.addr[1];
    c->seen.addr[2] = seen.addr[2];
    c->seen.addr[3] = seen.addr[3];
    c->seen.port = seen.port;
    c->seen_cluster = seen.cluster;
    return seen.state;
}

static __always_inline void take(struct choice *c, __u32 index)
{
    c->backend = c->seen;
    c->index = index;
    c->cluster = c->seen_cluster;
}
