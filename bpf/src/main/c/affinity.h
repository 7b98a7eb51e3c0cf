/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session affinity: a client comes back to the backend it had last, as long as it does not stay away for longer than
 * its service says, and the backend is to be had: ACTIVE, still one of the service's, of a cluster that is not down and
 * has a slot with a weight. io.clustermesh.bpf.maps.KnownClients is its twin in Java.
 */
#pragma once

#include "choice.h"

static __always_inline __u32 seconds_now(void)
{
    return bpf_ktime_get_coarse_ns() / 1000000000;
}

/* Whether any slot of the cluster is open to new connects. */
static __always_inline int is_open(const struct choice *c, __u32 cluster)
{
    __u64 open = 0;

#pragma unroll
    for (int n = 0; n < SLOTS; n++) {
        __u64 other = c->service->slots[n].cluster ^ cluster;
        __u64 same = (other - 1) >> 63;
        barrier_var(same);
        open |= (c->live >> (n * 8)) & 63 & -same;
    }
    return open != 0;
}

/* Takes the client's backend of before, if it may. */
static __always_inline void come_back(struct choice *c, const struct kept *kept, __u32 service, __u32 now,
                                      __u32 timeout)
{
    struct kept last = {.index = READ_ONCE(kept->index), .used = READ_ONCE(kept->used)};
    struct member key = {.service = service, .index = last.index};

    if ((__s32)(now - last.used) >= (__s32)timeout)
        return;
    if (bpf_map_lookup_elem(&members, &key) && look_at(c, last.index) == ACTIVE && is_open(c, c->seen_cluster)) {
        take(c, last.index);
        c->found = 1;
    }

    struct counters *counters = this_cpu_counters();
    if (counters && c->found)
        counters->kept++;
    else if (counters)
        counters->gave_way++;
}

static __always_inline void remember_client(const struct choice *c, const struct client *client, struct kept *kept,
                                            __u32 now)
{
    if (kept && kept->index == c->index) {
        if (kept->used != now)
            kept->used = now;
        return;
    }
    struct kept next = {.index = c->index, .used = now};
    bpf_map_update_elem(&clients, client, &next, BPF_ANY);
}
