/**
 * A bundle of facts about a mesh, for whoever helps from elsewhere.
 *
 * <p>What is asked for again and again in a report of a fault is put into one archive: what every process says of itself,
 * and what Kubernetes says of the workloads. Keys and tokens never get into it, whatever they stand in; no file and no
 * bundle grows without bound; what could not be had is in it as the reason why.
 */
@NullMarked
package io.clustermesh.cli.gather;

import org.jspecify.annotations.NullMarked;
