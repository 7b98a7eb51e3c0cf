/** Tests of the console. */
@NullMarked
package io.clustermesh.cli.console;

import org.jspecify.annotations.NullMarked;
