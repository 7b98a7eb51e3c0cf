/**
 * The routing information base (RFC 4271, section 9): what neighbours told us, what we make of it, what we tell them.
 *
 * <pre>
 *   UPDATE ──► ImportPolicy ──► Adj-RIB-In (per peer) ──► decision ──► Loc-RIB ──► Adj-RIB-Out (per peer) ──► UPDATE
 *                  │ refused: kept, counted, not used                     └──► kernel routes
 * </pre>
 *
 * <p>Adj-RIB-Out holds what a neighbour knows and which prefixes may differ from it; the difference is worked out only
 * when there is room to send. So ten changes of one prefix cost one message, and a slow neighbour costs memory for each
 * prefix once, however long it is slow. Pure and without locks: one thread owns a {@link io.clustermesh.bgp.rib.Rib}.
 */
@NullMarked
package io.clustermesh.bgp.rib;

import org.jspecify.annotations.NullMarked;
