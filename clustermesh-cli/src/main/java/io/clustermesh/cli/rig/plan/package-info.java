/**
 * What a rig will be, as plain data: from a few options to every name, address and AS number.
 *
 * <p>Thinking before doing has two gains: bad input is refused before anything exists, and whoever reads an address can
 * tell whose it is. The second octet of a pod's address is its cluster, the third its node; a service's is a hundred
 * more than its cluster's.
 */
@NullMarked
package io.clustermesh.cli.rig.plan;

import org.jspecify.annotations.NullMarked;
