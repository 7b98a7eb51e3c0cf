/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The choice of a backend. io.clustermesh.bpf.maps.BackendPicker is its twin in Java, draw for draw.
 *
 * Arithmetic instead of branches: each branch doubles what the verifier has to look at, and 8 slots in 4 tiers have
 * many. An index is made by multiply and shift, never by %, which the verifier does not follow.
 */
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
    struct endpoint backend;
};

static __always_inline __u32 is_mapped(const __u32 addr[4])
{
    return (addr[0] | addr[1] | (addr[2] ^ bpf_htonl(0xffff))) == 0;
}

/* A linear congruential step (Knuth's constants); the upper half is random enough to choose with. */
static __always_inline __u64 next_random(__u64 random)
{
    return random * 6364136223846793005ULL + 1442695040888963407ULL;
}

static __always_inline __u32 scaled(__u64 random, __u32 bound)
{
    return (random >> 32) * bound >> 32;
}

static __always_inline __u64 live_weights(const struct service *service, __u64 policy, struct down *lost)
{
    __u64 live = 0;

#pragma unroll
    for (int n = 0; n < SLOTS; n++) {
        __u32 cluster = service->slots[n].cluster;
        __u64 size = service->slots[n].size;
        __u64 word = READ_ONCE(lost->words[(cluster >> 6) & (CLUSTER_WORDS - 1)]);
        __u64 empty = (size - 1) >> 63;
        __u64 keep = (((word >> (cluster & 63)) & 1) | empty) - 1; /* all ones: keep it */
        barrier_var(keep);
        live |= policy & keep & (0xffULL << (n * 8));
    }
    return live;
}

static __always_inline __u64 weight_in(__u64 live, int n, __u64 tier)
{
    __u64 bits = live >> (n * 8);
    __u64 other = ((bits >> 6) & 3) ^ tier;
    __u64 same = (other - 1) >> 63;
    barrier_var(same);
    return (bits & 63) & -same;
}

static __always_inline __u32 tier_weight(__u64 live, __u64 tier)
{
    __u64 total = 0;

#pragma unroll
    for (int n = 0; n < SLOTS; n++)
        total += weight_in(live, n, tier);
    return total;
}

/* The slot that ticket number `ticket` (below the tier's weight) falls into. */
static __always_inline __u32 slot_at(__u64 live, __u64 tier, __u64 ticket)
{
    __u64 sum = 0;
    __u64 slot = 0;

#pragma unroll
    for (int n = 0; n < SLOTS - 1; n++) {
        sum += weight_in(live, n, tier);
        __u64 passed = (sum - ticket - 1) >> 63; /* 0 if sum > ticket */
        barrier_var(passed);
        slot += 1 - passed;
    }
    return SLOTS - 1 - slot;
}

/* One draw, called by bpf_loop so that the verifier looks at it once. Ends the loop by returning 1. */
static long probe(__u32 round, void *context)
{
    struct choice *c = context;
    __u32 total = tier_weight(c->live, c->tier);

    if (total == 0 || c->probes == PROBES) {
        c->tier++;
        c->probes = 0;
        return c->tier >= TIERS;
    }
    c->probes++;

    c->random = next_random(c->random);
    __u32 n = slot_at(c->live, c->tier, scaled(c->random, total)) & (SLOTS - 1);
    barrier_var(n);
    n &= SLOTS - 1;
    const struct slot *slot = &c->service->slots[n];

    c->random = next_random(c->random);
    __u32 at = slot->base + scaled(c->random, slot->size);
    __u32 block_at = at / BLOCK_ENTRIES;
    struct block *block = bpf_map_lookup_elem(&arena, &block_at);
    if (!block)
        goto dead;
    __u32 index = READ_ONCE(block->entries[at & (BLOCK_ENTRIES - 1)]);
    if (index == 0)
        goto dead;
    struct backend *backend = bpf_map_lookup_elem(&backends, &index);
    if (!backend)
        goto dead;

    struct backend seen;
    seen.word = READ_ONCE(backend->word);
    seen.addr[0] = READ_ONCE(backend->addr[0]);
    seen.addr[1] = READ_ONCE(backend->addr[1]);
    seen.addr[2] = READ_ONCE(backend->addr[2]);
    seen.addr[3] = READ_ONCE(backend->addr[3]);
    if (READ_ONCE(backend->word) != seen.word) /* being rewritten */
        goto dead;
    if (seen.port == 0 || seen.state > TERMINATING || is_mapped(seen.addr) != c->mapped)
        goto dead;
    if (seen.state == TERMINATING && c->found)
        goto dead;

    c->backend.addr[0] = seen.addr[0];
    c->backend.addr[1] = seen.addr[1];
    c->backend.addr[2] = seen.addr[2];
    c->backend.addr[3] = seen.addr[3];
    c->backend.port = seen.port;
    if (seen.state == ACTIVE) {
        c->found = 1;
        return 1;
    }
    c->found = 2;
dead:
    c->retries++;
    return 0;
}

enum verdict { NOT_OURS, TRANSLATED, NO_BACKEND };

/* Chooses a backend for `frontend`; only with TRANSLATED is `backend` written. */
static __always_inline enum verdict select_backend(const struct endpoint *frontend, __u64 seed, struct endpoint *backend)
{
    struct service *service = bpf_map_lookup_elem(&services, frontend);
    if (!service)
        return NOT_OURS;

    struct choice c = {};
    __u32 id = service->id;
    __u32 zero = 0;
    __u64 *policy = bpf_map_lookup_elem(&policies, &id);
    struct down *lost = bpf_map_lookup_elem(&down, &zero);
    if (policy && lost) {
        c.service = service;
        c.live = live_weights(service, READ_ONCE(*policy), lost);
        c.random = seed;
        c.mapped = is_mapped(frontend->addr);
        bpf_loop(TIERS * (PROBES + 1), probe, &c, 0);
    }

    struct counters *count = this_cpu_counters();
    if (count) {
        count->retries += c.retries;
        if (c.found)
            count->translated++;
        else
            count->no_backend++;
    }
    if (!c.found)
        return NO_BACKEND;
    *backend = c.backend;
    backend->protocol = frontend->protocol;
    backend->pad = 0;
    return TRANSLATED;
}
