/**
 * Who stands behind an address: keeps the kernel's ipcache as the mesh's ip records say.
 *
 * <p>{@code Addresses} knows what should be there, {@code IpcacheKeeper} makes the map equal to it with few calls, and
 * {@code IpcacheAgent} puts both on a thread of their own, so that a quarter of a million pods don't hold up services.
 */
@NullMarked
package io.clustermesh.nodesync.ipcache;

import org.jspecify.annotations.NullMarked;
