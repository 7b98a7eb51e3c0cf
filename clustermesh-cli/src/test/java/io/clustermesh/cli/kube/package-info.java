/** Commands against real Kubernetes APIs. */
@NullMarked
package io.clustermesh.cli.kube;

import org.jspecify.annotations.NullMarked;
