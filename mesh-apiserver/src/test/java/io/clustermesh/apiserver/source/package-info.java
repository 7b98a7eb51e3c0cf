/** How manifests become objects, and how a folder of them is followed. */
@NullMarked
package io.clustermesh.apiserver.source;

import org.jspecify.annotations.NullMarked;
