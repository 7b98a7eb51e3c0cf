/** Tests of status. */
@NullMarked
package io.clustermesh.cli.status;

import org.jspecify.annotations.NullMarked;
