/**
 * Which clusters a command looks at: homes on this machine, or contexts of a kubeconfig.
 *
 * <p>Whoever looks at a mesh asks the same questions wherever it runs; only the way to the answers differs. So each
 * command takes one option group, and gets clusters that can be asked.
 */
@NullMarked
package io.clustermesh.cli.target;

import org.jspecify.annotations.NullMarked;
