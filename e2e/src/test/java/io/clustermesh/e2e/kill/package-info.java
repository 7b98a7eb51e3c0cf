/**
 * Two clusters under fire: real processes, real etcds, SIGKILL at random while everything changes.
 *
 * <p>A control plane whose only state is etcd may lose any process at any moment. What must hold is not that nothing
 * happens meanwhile, but that afterwards every copy equals its source, byte for byte: no key lost, none left over.
 */
@NullMarked
package io.clustermesh.e2e.kill;

import org.jspecify.annotations.NullMarked;
