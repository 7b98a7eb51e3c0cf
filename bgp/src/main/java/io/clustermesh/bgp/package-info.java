/**
 * The BGP process: reads its settings and wires a speaker, its health, metrics and admin API.
 *
 * <p>A mesh of clusters needs pod addresses that are routable from everywhere. Each node announces its pod blocks to its
 * router, learns the others', and puts them into its kernel; a router does the same and passes on what it learned. The
 * parts are packages that know only those before them: packet (octets), fsm (sessions), rib (routes), netlink (the
 * kernel), speaker (sockets and threads).
 */
@NullMarked
package io.clustermesh.bgp;

import org.jspecify.annotations.NullMarked;
