/**
 * BGP-4 messages and their octets: pure functions, no sockets, no clocks.
 *
 * <p>BGP (RFC 4271) exchanges prefixes over one TCP connection per neighbour. Each message has a 19-octet header (a
 * marker of ones, a length of at most 4096, a type); an OPEN says who we are and what we can do (capabilities, RFC 5492),
 * an UPDATE takes prefixes back and announces others that share one set of attributes, a KEEPALIVE says only that we
 * live, and a NOTIFICATION says why the connection now ends. IPv4 prefixes stand in the UPDATE itself, those of every
 * other family in the attributes MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760). AS numbers have four octets (RFC 6793)
 * except towards a neighbour that doesn't know that, where a second attribute carries the true path.
 *
 * <p>What a neighbour sends wrong falls into three classes (RFC 7606): an attribute that can simply be dropped, one that
 * makes its prefixes unusable, which are then treated as withdrawn while the session lives on, and damage after which
 * nobody knows any more which prefixes were meant. Only the last is a {@link
 * io.clustermesh.bgp.packet.ProtocolException}, the one thing that decoding throws; it holds the NOTIFICATION to send.
 */
@NullMarked
package io.clustermesh.bgp.packet;

import org.jspecify.annotations.NullMarked;
