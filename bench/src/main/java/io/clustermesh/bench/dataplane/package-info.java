/**
 * The lines of {@code BENCH=dataplane}: what a connect through the product's eBPF tables costs beside a direct one and
 * beside kube-proxy's rules, and what writing those tables costs beside the same in C.
 *
 * <p>The product's side is its own code: records go into a {@code ServiceKeeper}, which fills the kernel's tables as
 * node-sync does. Every side has a client of its own, a C process that waits for a command; blocks of connects are done in
 * turns, so that a disturbance hits all sides, and ratios are taken within a round.
 */
@NullMarked
package io.clustermesh.bench.dataplane;

import org.jspecify.annotations.NullMarked;
