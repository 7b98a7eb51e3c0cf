/** Tests of the source against a real Kubernetes API. */
@NullMarked
package io.clustermesh.apiserver.source.kubernetes;

import org.jspecify.annotations.NullMarked;
