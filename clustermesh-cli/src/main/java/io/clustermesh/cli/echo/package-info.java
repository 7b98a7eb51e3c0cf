/**
 * The workload of the rig: a server that says who it is, over HTTP/1.1 and UDP.
 *
 * <p>A load balancer is only seen through the answers. So every answer names cluster, node and pod. On SIGTERM the
 * server does what a well-behaved pod does: it goes on serving, for those who haven't heard yet that it is leaving,
 * until its grace period ends; then it exits.
 */
@NullMarked
package io.clustermesh.cli.echo;

import org.jspecify.annotations.NullMarked;
