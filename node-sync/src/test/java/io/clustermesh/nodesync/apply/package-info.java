/** Tests of the package of the same name. */
@NullMarked
package io.clustermesh.nodesync.apply;

import org.jspecify.annotations.NullMarked;
