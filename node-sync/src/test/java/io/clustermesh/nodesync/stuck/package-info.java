/** Tests of what is done about sockets on lost backends. */
@NullMarked
package io.clustermesh.nodesync.stuck;

import org.jspecify.annotations.NullMarked;
