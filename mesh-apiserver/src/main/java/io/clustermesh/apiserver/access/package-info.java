/**
 * Who may read what.
 *
 * <p>A name in a certificate is worth as much as the authority that signed it. Etcd, told to trust the CAs of ten
 * clusters, takes {@code CN=admin-west} from any of them; here a role is the pair of anchor and name. The own CA may
 * sign agents and administrators, a peer's CA can make that peer's {@code remote-<peer>} and nothing else, and each
 * role can read certain ranges of keys. The sets of names and ranges are Cilium's (its {@code
 * clustermesh-apiserver/etcdinit}), so that its agents and its kvstoremesh read from us as from one another.
 *
 * <p>This package decides; it knows certificates and key ranges, but no transport.
 */
@NullMarked
package io.clustermesh.apiserver.access;

import org.jspecify.annotations.NullMarked;
