/** Tests of the package of the same name. */
@NullMarked
package io.clustermesh.nodesync.view;

import org.jspecify.annotations.NullMarked;
