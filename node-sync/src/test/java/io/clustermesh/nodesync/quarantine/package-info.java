/** Tests of the package of the same name. */
@NullMarked
package io.clustermesh.nodesync.quarantine;

import org.jspecify.annotations.NullMarked;
