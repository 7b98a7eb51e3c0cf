/**
 * The Linux tools that the rig is built with: commands, network namespaces, cgroups, processes by pid and start time.
 *
 * <p>A pid alone is no name: the kernel gives it to the next process. With the start time (field 22 of {@code
 * /proc/<pid>/stat}, in clock ticks since boot) it is one, so a process is only ever signalled after both matched.
 * Processes enter a namespace by {@code nsenter --net=/run/netns/<name>}; {@code ip netns exec} would also unshare the
 * mounts and hide the bpffs and the cgroups.
 */
@NullMarked
package io.clustermesh.cli.rig.linux;

import org.jspecify.annotations.NullMarked;
