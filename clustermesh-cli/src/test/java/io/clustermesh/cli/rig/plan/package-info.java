/** Tests of the rig's plan. */
@NullMarked
package io.clustermesh.cli.rig.plan;

import org.jspecify.annotations.NullMarked;
