/**
 * {@code clustermesh rig}: the rig by hand, for demos and drills.
 *
 * <p>Each command is thin: it reads its arguments, calls {@link io.clustermesh.cli.rig.Rig}, and prints. Whatever can be
 * done here can be done from Java too, which is how the end-to-end tests do it.
 */
@NullMarked
package io.clustermesh.cli.rig.command;

import org.jspecify.annotations.NullMarked;
