/**
 * One of several replicas does a task, and another one takes it over within seconds.
 *
 * <p>A replica holds one short etcd lease, and on it a key for each task that it leads; whoever creates the key leads,
 * and the key goes when the lease is given up or not renewed in time. Two things keep an old leader from doing harm. It
 * counts the lease's time on its own clock from when the renewal was <em>sent</em>, and stops a moment before etcd can
 * give the task to another one. And if its clock stood still meanwhile (a paused process), its writes carry the guard
 * that the key it created is still there ({@link io.clustermesh.store.lead.Term#guard()}), which etcd then refuses; that
 * is what the literature calls a fencing token.
 */
@NullMarked
package io.clustermesh.store.lead;

import org.jspecify.annotations.NullMarked;
