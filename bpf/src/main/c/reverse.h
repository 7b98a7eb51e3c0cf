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

static __always_inline void remember_connected(struct bpf_sock_addr *ctx, const struct attempt *attempt)
{
    struct attempt *made = bpf_sk_storage_get(&sockets, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
    if (made)
        *made = *attempt;

    struct backend_tally *backend = backend_tally(attempt->index);
    if (backend)
        count(&backend->begun);
    struct service_tally *service = service_tally(attempt->service);
    if (service)
        count(&service->begun);
}

/* A socket that was ours and connects elsewhere now. */
static __always_inline void forget_connected(struct bpf_sock_addr *ctx)
{
    bpf_sk_storage_delete(&sockets, ctx->sk);
    bpf_sk_storage_delete(&connected, ctx->sk);
}

static __always_inline void remember_datagram(struct bpf_sock_addr *ctx, const struct translation *made)
{
    struct datagram key = {};
    key.cookie = bpf_get_socket_cookie(ctx);
    key.backend = made->backend;
    struct endpoint *known = bpf_map_lookup_elem(&datagrams, &key);
    if (!known || !same(known, &made->frontend))
        bpf_map_update_elem(&datagrams, &key, &made->frontend, BPF_ANY);
}

static __always_inline const struct translation *translation_of(struct bpf_sock_addr *ctx)
{
    struct attempt *attempt = bpf_sk_storage_get(&sockets, ctx->sk, 0, 0);
    if (attempt)
        return &attempt->made;
    return bpf_sk_storage_get(&connected, ctx->sk, 0, 0);
}

/* What the socket asked for when it got `peer`; NULL if it got what it asked for. */
static __always_inline const struct endpoint *asked_for(struct bpf_sock_addr *ctx, const struct endpoint *peer,
                                                        int datagrams_too)
{
    const struct endpoint *frontend = 0;
    const struct translation *made = translation_of(ctx);

    if (made && same(&made->backend, peer)) {
        frontend = &made->frontend;
    } else if (datagrams_too) {
        struct datagram key = {};
        key.cookie = bpf_get_socket_cookie(ctx);
        key.backend = *peer;
        frontend = bpf_map_lookup_elem(&datagrams, &key);
    }
    if (frontend) {
        struct counters *counters = this_cpu_counters();
        if (counters)
            counters->reversed++;
    }
    return frontend;
}
