/** Tests of the package of the same name. */
@NullMarked
package io.clustermesh.nodesync.audit;

import org.jspecify.annotations.NullMarked;
