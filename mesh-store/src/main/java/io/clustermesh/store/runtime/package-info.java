/**
 * What every process shares: the clock, agents and their threads, the life cycle, back-off, health, metrics and the
 * trace of hops.
 *
 * <p>A process is a {@link io.clustermesh.store.runtime.Lifecycle} that owns parts and runs agents. An agent is one
 * thread with one mutable state and one bounded {@link io.clustermesh.store.runtime.Mailbox}; nothing else in the
 * project makes threads, reads a clock, sleeps or exits.
 */
@NullMarked
package io.clustermesh.store.runtime;

import org.jspecify.annotations.NullMarked;
