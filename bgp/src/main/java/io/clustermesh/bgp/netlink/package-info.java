/**
 * Kernel routes over rtnetlink (rtnetlink(7)), the socket on which the kernel takes and tells its routing tables.
 *
 * <p>A request is a header, a fixed {@code rtmsg} and attributes, all in the machine's byte order; the kernel answers each
 * request that asks for it with an acknowledgement, which is an error message with number 0. Java has no such socket, so
 * {@link io.clustermesh.bgp.netlink.NetlinkSocket} calls the C library through the foreign function interface; nothing
 * else in the module does. Every route carries protocol 186 ("bgp") and a metric of our own, so ours can be told from
 * everybody else's, and replacing one never replaces theirs.
 */
@NullMarked
package io.clustermesh.bgp.netlink;

import org.jspecify.annotations.NullMarked;
