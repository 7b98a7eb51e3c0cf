/**
 * The words of the mesh: identifiers, records and keys that every process shares.
 *
 * <p>What Cilium's kvstore format says is said here once, as immutable records and one {@link
 * io.clustermesh.model.Keys key schema}. Nothing in this package does I/O, starts a thread or logs; a value that
 * exists is valid, because the compact constructors refuse anything else.
 */
@NullMarked
package io.clustermesh.model;

import org.jspecify.annotations.NullMarked;
