/** Tests of the rig. */
@NullMarked
package io.clustermesh.cli.rig;

import org.jspecify.annotations.NullMarked;
