/**
 * The etcd v3 API of the mesh: plain gRPC services, thin over the watch cache.
 *
 * <p>Etcd's API is small for readers: {@code KV.Range}, {@code Watch.Watch}, and what clients ask before they trust a
 * server ({@code MemberList}, {@code Status}). The details decide whether a Go client believes it: a header with {@code
 * cluster_id} and a revision on every answer, error texts to the letter, {@code created} before the first event, a
 * revision never spread over two messages unless the client asked for fragments, and a watcher that is too slow being
 * told {@code compact_revision} so that it lists again. What only etcd can do is handed to it as it came.
 *
 * <pre>
 *               handshake: chain → anchor → Role          WatchCache.view()
 *   client ───► TLS ───► Connections ──► Caller ──┬──► KvService ──► ReadGate ──► AnswerBudget ──► answer
 *                                                 │     Range        "newest?"     bytes under way
 *                                                 │                      └─ Confirmation ──► etcd, once for all who wait
 *                                                 ├──► Passage ──► Relay ──► etcd: writes, leases, upkeep of the admin
 *                                                 └──► WatchService
 *                                                        └─ WatchStream ◄── FanOut (one for each event loop:
 *                                                           a number         reads and encodes changes once
 *                                                           per watch        for all watches of one range)
 * </pre>
 *
 * <p>Every handler runs on the Netty event loop of its connection and never blocks. A stream belongs to that loop for
 * life, so it needs no locks; the feed's thread only leaves a note on each loop that the cache has moved. While a
 * loop works off one note, others pile up into one, and the next message carries everything since: that is where the
 * speed comes from.
 */
@NullMarked
package io.clustermesh.apiserver.api;

import org.jspecify.annotations.NullMarked;
