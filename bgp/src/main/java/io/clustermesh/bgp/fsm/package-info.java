/**
 * The state machine of a BGP session (RFC 4271, section 8), as values: a state and an input give the next state and what
 * to send. No sockets, no threads; the time is an argument.
 *
 * <p>Two speakers may dial each other at the same moment, so a neighbour can have two connections for a while. Therefore
 * the machine comes in two: {@link io.clustermesh.bgp.fsm.DialState} (the RFC's Idle, Connect, Active) says when to
 * dial, once per neighbour; {@link io.clustermesh.bgp.fsm.ConnectionState} (OpenSent, OpenConfirm, Established) lives
 * once per TCP connection, and {@link io.clustermesh.bgp.fsm.Collision} says which of two survives (section 6.8). Why a
 * connection ended is a type of its own, {@link io.clustermesh.bgp.fsm.EndReason}, from which the NOTIFICATION follows.
 */
@NullMarked
package io.clustermesh.bgp.fsm;

import org.jspecify.annotations.NullMarked;
