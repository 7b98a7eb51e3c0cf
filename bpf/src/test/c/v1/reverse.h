/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way back: the application must see the address it asked for, in getpeername and as the source of datagrams.
 * A connected socket carries its translation itself; one unconnected socket may talk to many backends, so its
 * translations lie in an LRU.
 */
#pragma once

#include "tables.h"

static __always_inline int same(const struct endpoint *a, const struct endpoint *b)
{
    return ((a->addr[0] ^ b->addr[0]) | (a->addr[1] ^ b->addr[1]) | (a->addr[2] ^ b->addr[2])
            | (a->addr[3] ^ b->addr[3]) | (a->port ^ b->port)) == 0;
}

static __always_inline void remember_connected(struct bpf_sock_addr *ctx, const struct endpoint *frontend,
                                               const struct endpoint *backend)
{
    struct translation *made = bpf_sk_storage_get(&connected, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
    if (made) {
        made->frontend = *frontend;
        made->backend = *backend;
    }
}

static __always_inline void remember_datagram(struct bpf_sock_addr *ctx, const struct endpoint *frontend,
                                              const struct endpoint *backend)
{
    struct datagram key = {};
    key.cookie = bpf_get_socket_cookie(ctx);
    key.backend = *backend;
    struct endpoint *known = bpf_map_lookup_elem(&datagrams, &key);
    if (!known || !same(known, frontend))
        bpf_map_update_elem(&datagrams, &key, frontend, BPF_ANY);
}

/* What the socket asked for when it got `peer`; NULL if it got what it asked for. */
static __always_inline const struct endpoint *asked_for(struct bpf_sock_addr *ctx, const struct endpoint *peer,
                                                        int datagrams_too)
{
    const struct endpoint *frontend = 0;
    struct translation *made = bpf_sk_storage_get(&connected, ctx->sk, 0, 0);

    if (made && same(&made->backend, peer)) {
        frontend = &made->frontend;
    } else if (datagrams_too) {
        struct datagram key = {};
        key.cookie = bpf_get_socket_cookie(ctx);
        key.backend = *peer;
        frontend = bpf_map_lookup_elem(&datagrams, &key);
    }
    if (frontend) {
        struct counters *count = this_cpu_counters();
        if (count)
            count->reversed++;
    }
    return frontend;
}
