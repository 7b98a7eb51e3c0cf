/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How TCP connects to backends end, counted where it is known first: one of the two witnesses against a backend that
 * went silent. Only sockets that were translated are watched, and only until they are established: nothing happens for
 * each packet.
 *
 *   connect hook  ── begun++ ──► SYN leaves ── watched ──► ESTABLISHED   established++
 *                                                   └────► CLOSE         RST: refused++; no answer: unanswered++;
 *                                                                        and an entry in the ring of failures
 */
#pragma once

#include "tables.h"

#define UNIT_SHIFT 20

static __always_inline __u32 units_now(void)
{
    return bpf_ktime_get_coarse_ns() >> UNIT_SHIFT;
}

static __always_inline void begin_watch(struct bpf_sock_ops *ctx)
{
    struct bpf_sock *sk = ctx->sk;
    if (!sk)
        return;
    struct attempt *attempt = bpf_sk_storage_get(&sockets, sk, 0, 0);
    if (!attempt)
        return;
    attempt->begun = units_now();
    attempt->watch = UNDER_WAY;
    /* programs of others share these flags: set what is missing, take away no more than that */
    __u32 flags = ctx->bpf_sock_ops_cb_flags;
    if (!(flags & BPF_SOCK_OPS_STATE_CB_FLAG)) {
        attempt->watch |= FLAG_IS_OURS;
        bpf_sock_ops_cb_flags_set(ctx, flags | BPF_SOCK_OPS_STATE_CB_FLAG);
    }
}

/*
 * The error the application is told is not to be had here without a GPL-compatible licence, but it shows: the kernel
 * empties the queue before it ends a connect, so a SYN that is still in it means that the application closed the socket;
 * and whatever came in was a reset. (Before Linux 6.10 the queue is not emptied for an ICMP error, which then passes for
 * an application that gave up.)
 */
static __always_inline __u32 why(struct bpf_sock_ops *ctx)
{
    if (ctx->packets_out)
        return ctx->total_retrans ? GAVE_UP : GAVE_UP_AT_ONCE;
    if (ctx->segs_in)
        return REFUSED;
    return ctx->total_retrans ? TIMED_OUT : UNREACHABLE;
}

static __always_inline void tell(const struct attempt *attempt, __u32 kind, __u32 resent)
{
    struct failure *failure = bpf_ringbuf_reserve(&failures, sizeof(*failure), 0);
    if (!failure) {
        struct counters *counters = this_cpu_counters();
        if (counters)
            counters->lost++;
        return;
    }
    failure->at = bpf_ktime_get_coarse_ns();
    failure->waited = (__u64)(units_now() - attempt->begun) << UNIT_SHIFT;
    failure->service = attempt->service;
    failure->index = attempt->index;
    failure->cluster = attempt->cluster;
    failure->kind = kind;
    failure->resent = resent;
    failure->pad = 0;
    bpf_ringbuf_submit(failure, BPF_RB_NO_WAKEUP); /* the reader looks when it has time */
}

static __always_inline void end_watch(struct bpf_sock_ops *ctx, __u32 state)
{
    struct bpf_sock *sk = ctx->sk;
    if (!sk || (state != BPF_TCP_ESTABLISHED && state != BPF_TCP_CLOSE))
        return;
    struct attempt *attempt = bpf_sk_storage_get(&sockets, sk, 0, 0);
    if (!attempt || !(attempt->watch & UNDER_WAY))
        return;

    struct backend_tally *backend = backend_tally(attempt->index);
    struct service_tally *service = service_tally(attempt->service);
    if (state == BPF_TCP_ESTABLISHED) {
        if (backend)
            count(&backend->established);
        if (service)
            count(&service->established);
    } else {
        __u32 kind = why(ctx);
        if (kind != GAVE_UP_AT_ONCE) { /* that says nothing about the backend */
            if (backend)
                count(kind == REFUSED ? &backend->refused : &backend->unanswered);
            if (service)
                count(&service->failed);
            tell(attempt, kind, ctx->total_retrans);
        }
    }
    if (attempt->watch & FLAG_IS_OURS)
        bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags & ~BPF_SOCK_OPS_STATE_CB_FLAG);
    attempt->watch = 0;
}
