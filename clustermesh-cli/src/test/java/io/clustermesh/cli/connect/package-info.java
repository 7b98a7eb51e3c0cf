/** Tests of connecting clusters. */
@NullMarked
package io.clustermesh.cli.connect;

import org.jspecify.annotations.NullMarked;
