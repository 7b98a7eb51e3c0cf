// SPDX-License-Identifier: Apache-2.0
/*
 * Finds the UDP sockets of a network namespace that were translated, by the storage they carry. (For TCP, sock_diag
 * reports the storage itself.) Only notes them: to end a socket from here would take a GPL-compatible licence.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "sockets.h"

#define FOUND_MAX 65536

/* socket cookie -> what was translated; index 0 if layout v1 wrote it. Emptied by the reader. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, FOUND_MAX);
    __type(key, __u64);
    __type(value, struct attempt);
} found_udp SEC(".maps");

/* What the kernel hands to the program for each socket; of fixed layout. */
struct bpf_iter__udp {
    __u64 meta;
    struct udp_sock *udp_sk;
};

SEC("iter/udp")
int scan_udp(struct bpf_iter__udp *ctx)
{
    struct udp_sock *sk = ctx->udp_sk;
    struct attempt found = {};

    if (!sk)
        return 0;
    struct attempt *attempt = bpf_sk_storage_get(&sockets, sk, 0, 0);
    if (attempt) {
        found = *attempt;
    } else {
        struct translation *made = bpf_sk_storage_get(&connected, sk, 0, 0);
        if (!made)
            return 0;
        found.made = *made;
    }
    __u64 cookie = bpf_get_socket_cookie(sk);
    bpf_map_update_elem(&found_udp, &cookie, &found, BPF_ANY);
    return 0;
}

char _license[] SEC("license") = "Apache-2.0";
