/** Tests of the rig's pods. */
@NullMarked
package io.clustermesh.cli.rig.workload;

import org.jspecify.annotations.NullMarked;
