/** Tests of the package of the same name. */
@NullMarked
package io.clustermesh.nodesync.select;

import org.jspecify.annotations.NullMarked;
