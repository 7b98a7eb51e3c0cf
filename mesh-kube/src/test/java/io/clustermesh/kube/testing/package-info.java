/** A real Kubernetes API for tests. */
@NullMarked
package io.clustermesh.kube.testing;

import org.jspecify.annotations.NullMarked;
