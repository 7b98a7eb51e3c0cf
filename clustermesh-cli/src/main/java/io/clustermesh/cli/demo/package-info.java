/**
 * The demo: two clusters, one global service, and what its clients see when a cluster loses all its pods.
 *
 * <p>A client in each cluster opens a new connection to its own cluster's virtual IP every few milliseconds, all the
 * time, and notes who answered. Everything shown is made of these notes: the timeline is the same list cut into tenths
 * of a second, the table is the list cut into phases, the verdict compares the table with what was promised.
 */
@NullMarked
package io.clustermesh.cli.demo;

import org.jspecify.annotations.NullMarked;
