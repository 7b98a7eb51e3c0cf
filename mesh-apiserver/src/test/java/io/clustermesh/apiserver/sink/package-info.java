/** Tests of what is written back to Kubernetes. */
@NullMarked
package io.clustermesh.apiserver.sink;

import org.jspecify.annotations.NullMarked;
