/** Tests of the package of the same name. */
@NullMarked
package io.clustermesh.nodesync.agent;

import org.jspecify.annotations.NullMarked;
