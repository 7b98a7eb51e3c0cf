/**
 * The watch cache: etcd's recent past in memory, fed by one etcd watch, read by any number of clients.
 *
 * <p>etcd sends every watcher its own copy of every event; a hundred agents that watch the same prefix cost it a hundred
 * encodings. A cache in front of it (kube-apiserver does the same) pays once. This one is a chain of immutable
 * {@linkplain io.clustermesh.apiserver.cache.View views}: each revision of etcd makes a new sorted tree that shares all
 * but a few nodes with the one before, and the last so many revisions stay in a bounded {@linkplain
 * io.clustermesh.apiserver.cache.History history}.
 *
 * <pre>
 *   etcd ──one watch──► CacheFeed ──► WatchCache ──► View { revision, tree, history }
 *                       (its agent's     │                  ▲            ▲
 *                        thread)         └─ "advanced" ──►  │ Range at   │ Watch from revision n on:
 *                                                           │ any held   │ a reader and a number,
 *                                                           │ revision   │ nothing is queued for it
 * </pre>
 *
 * <p>So a list pinned to an older revision is the tree of that revision, a watch from the past and a live watch are
 * the same loop over the history, and a slow watcher holds no memory: it falls behind until the history no longer
 * reaches back to it, and is then told, as etcd would, that its revision has been compacted. Nothing here knows gRPC;
 * what is shared with the wire is that an {@link io.clustermesh.apiserver.cache.Entry} holds its key and value already
 * encoded as etcd's {@code KeyValue} message, once.
 */
@NullMarked
package io.clustermesh.apiserver.cache;

import org.jspecify.annotations.NullMarked;
