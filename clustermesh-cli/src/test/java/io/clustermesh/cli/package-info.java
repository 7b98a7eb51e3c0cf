/** Tests of the commands as a whole. */
@NullMarked
package io.clustermesh.cli;

import org.jspecify.annotations.NullMarked;
