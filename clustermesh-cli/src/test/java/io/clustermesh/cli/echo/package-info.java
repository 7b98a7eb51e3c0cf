/** Tests of the echo server. */
@NullMarked
package io.clustermesh.cli.echo;

import org.jspecify.annotations.NullMarked;
