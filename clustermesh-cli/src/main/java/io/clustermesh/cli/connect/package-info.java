/**
 * Connecting two clusters, and parting them.
 *
 * <p>Two clusters can only be joined if nothing in them is ambiguous: names and ids tell their keys and identities
 * apart, address blocks must not overlap, since a pod's IP is all that a packet carries. So everything is checked before
 * anything is written. Then each side gets the other's CA, fenced by its name, and a file that says where the other is,
 * in Cilium's own format; the mesh-apiservers watch both folders and do the rest.
 */
@NullMarked
package io.clustermesh.cli.connect;

import org.jspecify.annotations.NullMarked;
