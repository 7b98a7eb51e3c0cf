/**
 * Where Kubernetes objects come from.
 *
 * <p>A {@link io.clustermesh.apiserver.source.Source} tells a listener of every object that appears, changes or goes,
 * one object at a time, and once that it has told everything there was at the start. Two kinds of places can stand
 * behind it: the Kubernetes API, or, for machines without a cluster, a folder of ordinary manifests ({@link
 * io.clustermesh.apiserver.source.ManifestFolder}). The objects are small records of our own, holding the fields that
 * the mesh uses; what Kubernetes would refuse is refused here too, with the rule and the remedy, and what worked
 * before goes on being published.
 */
@NullMarked
package io.clustermesh.apiserver.source;

import org.jspecify.annotations.NullMarked;
