/** Tests of processes and commands. */
@NullMarked
package io.clustermesh.cli.rig.linux;

import org.jspecify.annotations.NullMarked;
