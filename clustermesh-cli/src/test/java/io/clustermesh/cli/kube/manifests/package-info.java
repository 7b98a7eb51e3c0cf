/** Tests of the chart's renderer. */
@NullMarked
package io.clustermesh.cli.kube.manifests;

import org.jspecify.annotations.NullMarked;
