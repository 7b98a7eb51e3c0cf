/**
 * The certificates of a cluster: one authority of its own, the leaves of its processes, and the authorities of the peers
 * that it trusts.
 *
 * <p>In a mesh each cluster stays its own master. It signs its own leaves with its own CA, which never leaves the
 * cluster; connecting two clusters means that each puts the other's CA <em>certificate</em> into its trust folder under
 * the peer's name. A client's rights then follow from two facts that only its CA can vouch for: which CA signed it, and
 * its common name ({@code remote-west} signed by the CA filed under {@code west}). So the same key may not stand under
 * two names, and our own CA may not come back as a peer's: either would let one cluster speak for another. What is
 * expected to happen (a refused CA) is a value, what is a fault (an unreadable key) a {@link
 * io.clustermesh.certs.CertificateException}.
 *
 * <p>Keys are ECDSA on P-256, which every TLS 1.2 and 1.3 stack speaks. The JDK makes keys, parses certificates and
 * verifies; BouncyCastle only builds the certificates, which the JDK has no public API for.
 */
@NullMarked
package io.clustermesh.certs;

import org.jspecify.annotations.NullMarked;
