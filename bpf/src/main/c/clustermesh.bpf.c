// SPDX-License-Identifier: Apache-2.0
/*
 * The service data plane: eight programs on a cgroup, which change the address a socket connects or sends to, and
 * change it back where the application asks; a ninth watches how TCP connects end. No packet is touched, so no NAT and
 * no connection tracking.
 *
 * An IPv4 frontend may arrive in an IPv6 hook, as ::ffff:a.b.c.d on a dual-stack socket (any JVM's, by default); the
 * 16-byte keys make that the same frontend.
 */
#include <linux/bpf.h>
#include <asm-generic/errno.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "reverse.h"
#include "select.h"
#include "tables.h"
#include "watch.h"

#define ALLOW 1
#define REFUSE 0

enum call { CONNECT, SENDMSG };

static __always_inline struct endpoint endpoint4(struct bpf_sock_addr *ctx)
{
    struct endpoint e = {};
    e.addr[2] = bpf_htonl(0xffff);
    e.addr[3] = ctx->user_ip4;
    e.port = (__be16)ctx->user_port;
    e.protocol = ctx->protocol;
    return e;
}

static __always_inline struct endpoint endpoint6(struct bpf_sock_addr *ctx)
{
    struct endpoint e = {};
    e.addr[0] = ctx->user_ip6[0];
    e.addr[1] = ctx->user_ip6[1];
    e.addr[2] = ctx->user_ip6[2];
    e.addr[3] = ctx->user_ip6[3];
    e.port = (__be16)ctx->user_port;
    e.protocol = ctx->protocol;
    return e;
}

static __always_inline void rewrite4(struct bpf_sock_addr *ctx, const struct endpoint *to)
{
    ctx->user_ip4 = to->addr[3];
    ctx->user_port = to->port;
}

static __always_inline void rewrite6(struct bpf_sock_addr *ctx, const struct endpoint *to)
{
    ctx->user_ip6[0] = to->addr[0];
    ctx->user_ip6[1] = to->addr[1];
    ctx->user_ip6[2] = to->addr[2];
    ctx->user_ip6[3] = to->addr[3];
    ctx->user_port = to->port;
}

static __always_inline int ours(struct bpf_sock_addr *ctx)
{
    return ctx->protocol == TCP || ctx->protocol == UDP;
}

/* Each connect draws anew; datagrams of one unconnected socket stay with one backend while the tables stay. */
static __always_inline __u64 seed_for(struct bpf_sock_addr *ctx, enum call call)
{
    if (call == SENDMSG)
        return bpf_get_socket_cookie(ctx) * 0x9e3779b97f4a7c15ULL;
    __u64 random = bpf_get_prandom_u32();
    return random << 32 | random;
}

static __always_inline enum verdict translate(struct bpf_sock_addr *ctx, enum call call, const struct endpoint *frontend,
                                              struct attempt *to)
{
    enum verdict verdict = select_backend(ctx, frontend, seed_for(ctx, call), to);

    if (verdict == TRANSLATED) {
        if (call == CONNECT)
            remember_connected(ctx, to);
        else
            remember_datagram(ctx, &to->made);
    } else if (verdict == NO_BACKEND) {
        bpf_set_retval(-ECONNREFUSED); /* without it the application would see EPERM */
    } else if (call == CONNECT) {
        forget_connected(ctx);
    }
    return verdict;
}

static __always_inline int forward4(struct bpf_sock_addr *ctx, enum call call)
{
    if (!ours(ctx))
        return ALLOW;
    struct endpoint frontend = endpoint4(ctx);
    struct attempt to;
    enum verdict verdict = translate(ctx, call, &frontend, &to);
    if (verdict == TRANSLATED)
        rewrite4(ctx, &to.made.backend);
    return verdict == NO_BACKEND ? REFUSE : ALLOW;
}

static __always_inline int forward6(struct bpf_sock_addr *ctx, enum call call)
{
    if (!ours(ctx))
        return ALLOW;
    struct endpoint frontend = endpoint6(ctx);
    struct attempt to;
    enum verdict verdict = translate(ctx, call, &frontend, &to);
    if (verdict == TRANSLATED)
        rewrite6(ctx, &to.made.backend);
    return verdict == NO_BACKEND ? REFUSE : ALLOW;
}

static __always_inline int back4(struct bpf_sock_addr *ctx, int datagrams_too)
{
    struct endpoint peer = endpoint4(ctx);
    const struct endpoint *frontend = asked_for(ctx, &peer, datagrams_too);
    if (frontend)
        rewrite4(ctx, frontend);
    return ALLOW;
}

static __always_inline int back6(struct bpf_sock_addr *ctx, int datagrams_too)
{
    struct endpoint peer = endpoint6(ctx);
    const struct endpoint *frontend = asked_for(ctx, &peer, datagrams_too);
    if (frontend)
        rewrite6(ctx, frontend);
    return ALLOW;
}

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr *ctx)
{
    return forward4(ctx, CONNECT);
}

SEC("cgroup/connect6")
int connect6(struct bpf_sock_addr *ctx)
{
    return forward6(ctx, CONNECT);
}

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr *ctx)
{
    return forward4(ctx, SENDMSG);
}

SEC("cgroup/sendmsg6")
int sendmsg6(struct bpf_sock_addr *ctx)
{
    return forward6(ctx, SENDMSG);
}

SEC("cgroup/recvmsg4")
int recvmsg4(struct bpf_sock_addr *ctx)
{
    return back4(ctx, 1);
}

SEC("cgroup/recvmsg6")
int recvmsg6(struct bpf_sock_addr *ctx)
{
    return back6(ctx, 1);
}

SEC("cgroup/getpeername4")
int getpeername4(struct bpf_sock_addr *ctx)
{
    return back4(ctx, 0);
}

SEC("cgroup/getpeername6")
int getpeername6(struct bpf_sock_addr *ctx)
{
    return back6(ctx, 0);
}

SEC("sockops")
int watch_tcp(struct bpf_sock_ops *ctx)
{
    switch (ctx->op) {
    case BPF_SOCK_OPS_TCP_CONNECT_CB:
        begin_watch(ctx);
        break;
    case BPF_SOCK_OPS_STATE_CB:
        if (ctx->args[0] == BPF_TCP_SYN_SENT || ctx->args[0] == BPF_TCP_SYN_RECV)
            end_watch(ctx, ctx->args[1]);
        break;
    }
    return 1;
}

/* No helper in use asks for a GPL-compatible licence. */
char _license[] SEC("license") = "Apache-2.0";
