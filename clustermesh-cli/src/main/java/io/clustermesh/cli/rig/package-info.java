/**
 * The rig: a mesh of several clusters on one Linux machine.
 *
 * <p>Linux can play a whole data centre: a network namespace is a machine's or a pod's own network stack, a veth pair is
 * a cable, a bridge is a switch, a cgroup is the set of processes that an eBPF program sees. The rig first thinks (a
 * {@link io.clustermesh.cli.rig.plan.RigPlan} says every name and address, without touching anything), then builds what the
 * plan says, noting each thing in a journal before it is made, so that {@code rig down} finds it after a crash too. It
 * also plays the part of Kubernetes: it starts and stops pods and writes the manifests that describe them.
 */
@NullMarked
package io.clustermesh.cli.rig;

import org.jspecify.annotations.NullMarked;
