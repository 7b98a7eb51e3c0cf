/**
 * What is installed into a cluster, as text.
 *
 * <p>The Helm chart in {@code charts/clustermesh} is the one description of the objects; its templates and values lie in
 * this program too. They keep to the small part of Helm's language that {@link
 * io.clustermesh.cli.kube.manifests.Template} knows, so that rendering them here or with {@code helm template} gives the
 * same text, and nobody needs Helm to install.
 */
@NullMarked
package io.clustermesh.cli.kube.manifests;

import org.jspecify.annotations.NullMarked;
