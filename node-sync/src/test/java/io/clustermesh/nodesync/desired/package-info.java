/** Tests of the package of the same name. */
@NullMarked
package io.clustermesh.nodesync.desired;

import org.jspecify.annotations.NullMarked;
