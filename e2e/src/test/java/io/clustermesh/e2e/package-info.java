/**
 * Tests of the whole: the rules of the architecture, and the mesh as its users meet it, through the commands, on the
 * rig.
 */
@NullMarked
package io.clustermesh.e2e;

import org.jspecify.annotations.NullMarked;
