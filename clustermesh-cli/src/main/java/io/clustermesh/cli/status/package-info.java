/**
 * Looking at a mesh: clusters and their peers, services, load balancing, BGP.
 *
 * <p>"Connected" alone says little: a connection may stand and carry nothing. So every row shows when the other side was
 * last heard of, and since when what we hold of it may be out of date. What is shown of the kernel was read back from the
 * kernel. The JSON of each command is made of the processes' own answers.
 */
@NullMarked
package io.clustermesh.cli.status;

import org.jspecify.annotations.NullMarked;
