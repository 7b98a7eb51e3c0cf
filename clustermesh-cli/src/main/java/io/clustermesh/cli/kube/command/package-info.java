/** The commands that only clusters of Kubernetes have. */
@NullMarked
package io.clustermesh.cli.kube.command;

import org.jspecify.annotations.NullMarked;
