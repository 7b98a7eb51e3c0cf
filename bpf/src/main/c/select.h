/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The choice of a backend. io.clustermesh.bpf.maps.BackendPicker is its twin in Java, draw for draw.
 *
 * Arithmetic instead of branches: each branch doubles what the verifier has to look at, and 8 slots in 4 tiers have
 * many; it is faster, too. An index is made by multiply and shift, never by %, which the verifier does not follow.
 */
#pragma once

#include "affinity.h"
#include "choice.h"

/* A linear congruential step (Knuth's constants); the upper half is random enough to choose with. */
static __always_inline __u64 next_random(__u64 random)
{
    return random * 6364136223846793005ULL + 1442695040888963407ULL;
}

static __always_inline __u32 scaled(__u64 random, __u32 bound)
{
    return (random >> 32) * bound >> 32;
}

/* The slot's byte of the policy word, 0 if its cluster is down or it is empty. */
static __always_inline __u64 live_weight(const struct service *service, int n, __u64 policy, struct down *lost)
{
    __u32 cluster = service->slots[n].cluster;
    __u64 size = service->slots[n].size;
    __u64 word = READ_ONCE(lost->words[(cluster >> 6) & (CLUSTER_WORDS - 1)]);
    __u64 empty = (size - 1) >> 63;
    __u64 keep = (((word >> (cluster & 63)) & 1) | empty) - 1; /* all ones: keep it */
    barrier_var(keep);
    return policy & keep & (0xffULL << (n * 8));
}

static __always_inline __u64 live_weights(const struct service *service, __u64 policy, struct down *lost)
{
    __u64 live = live_weight(service, 0, policy, lost) | live_weight(service, 1, policy, lost);

    if (service->count > 2) { /* few services have more */
#pragma unroll
        for (int n = 2; n < SLOTS; n++)
            live |= live_weight(service, n, policy, lost);
    }
    return live;
}

/* The arithmetic below works on all slots at once: a slot is a byte of a word, a pair of slots a lane of 16 bits. */
#define BYTES(x) ((x) * 0x0101010101010101ULL)
#define LANES(x) ((x) * 0x0001000100010001ULL)

/* The weights of the slots in the tier; 0 for the others. */
static __always_inline __u64 weights_in(__u64 live, __u64 tier)
{
    __u64 other = live ^ BYTES(tier << 6);
    __u64 same = ~(other | other << 1) & BYTES(0x80); /* both bits of the tier are as asked for */
    return live & (same >> 7) * 63;
}

/* For each pair of slots, the weight up to its end; the whole of it in the last lane. Below 512, so nothing carries. */
static __always_inline __u64 sums(__u64 weights)
{
    return LANES((weights & LANES(0xff)) + (weights >> 8 & LANES(0xff)));
}

/* The slot that ticket number `ticket` (below the tier's weight) falls into. */
static __always_inline __u32 slot_at(__u64 weights, __u64 sums, __u64 ticket)
{
    __u64 beyond = ((sums | LANES(0x8000)) - LANES(ticket + 1)) >> 15 & LANES(1); /* pairs that end behind the ticket */
    __u64 pair = (4 - (LANES(beyond) >> 48)) & 3;
    __u64 before = (sums << 16) >> (16 * pair) & 0xffff;
    __u64 first = (weights >> (16 * pair)) & 0xff;
    __u64 in_first = (ticket - before - first) >> 63;
    return 2 * pair + 1 - in_first;
}

/* One draw, called by bpf_loop so that the verifier looks at it once. Ends the loop by returning 1. */
static long probe(__u32 round, void *context)
{
    struct choice *c = context;
    __u64 weights = weights_in(c->live, c->tier);
    __u64 ends = sums(weights);
    __u32 total = ends >> 48;

    if (total == 0 || c->probes == PROBES) {
        c->tier++;
        c->probes = 0;
        return c->tier >= TIERS;
    }
    c->probes++;

    c->random = next_random(c->random);
    __u32 n = slot_at(weights, ends, scaled(c->random, total)) & (SLOTS - 1);
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
    __u32 state = look_at(c, index);
    if (state == ACTIVE) {
        take(c, index);
        c->found = 1;
        return 1;
    }
    if (state == TERMINATING && !c->found) {
        take(c, index);
        c->found = 2;
    }
dead:
    c->retries++;
    return 0;
}

enum verdict { NOT_OURS, TRANSLATED, NO_BACKEND };

static __always_inline void count_choice(const struct choice *c, __u32 service)
{
    struct counters *counters = this_cpu_counters();

    if (counters) {
        counters->retries += c->retries;
        if (c->found)
            counters->translated++;
        else
            counters->no_backend++;
    }
    if (!c->found) {
        struct service_tally *tally = service_tally(service);
        if (tally)
            count(&tally->no_backend);
    }
}

/* Chooses a backend for `frontend`; only with TRANSLATED is `to` written. */
static __always_inline enum verdict select_backend(struct bpf_sock_addr *ctx, const struct endpoint *frontend,
                                                   __u64 seed, struct attempt *to)
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
        __u32 affinity = service->affinity_seconds;
        __u32 now = 0;
        struct client client = {};
        struct kept *kept = 0;

        c.service = service;
        c.live = live_weights(service, READ_ONCE(*policy), lost);
        c.random = seed;
        c.mapped = is_mapped(frontend->addr);
        if (affinity) {
            now = seconds_now();
            client.netns = bpf_get_netns_cookie(ctx);
            client.service = id;
            kept = bpf_map_lookup_elem(&clients, &client);
            if (kept)
                come_back(&c, kept, id, now, affinity);
        }
        if (!c.found)
            bpf_loop(TIERS * (PROBES + 1), probe, &c, 0);
        if (affinity && c.found == 1)
            remember_client(&c, &client, kept, now);
    }

    count_choice(&c, id);
    if (!c.found)
        return NO_BACKEND;
    to->made.frontend = *frontend;
    to->made.backend = c.backend;
    to->made.backend.protocol = frontend->protocol;
    to->made.backend.pad = 0;
    to->service = id;
    to->index = c.index;
    to->cluster = c.cluster;
    to->watch = 0;
    to->begun = 0;
    return TRANSLATED;
}
