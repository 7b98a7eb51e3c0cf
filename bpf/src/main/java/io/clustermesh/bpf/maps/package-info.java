/**
 * The typed maps of the service data plane.
 *
 * <p>A frontend leads to a service; the service has up to eight slots, one for each cluster (and one for each class of
 * backends), every slot a table of backend indexes; one policy word of eight bytes says which slots stand in which tier
 * and with which weight. A connect reads the policy word, drops slots of clusters that are down, picks a slot of the
 * best tier by weight, and one entry of its table. So one 8-byte store moves a service, one bit moves every service off
 * a lost cluster, one byte takes a backend out. {@link io.clustermesh.bpf.maps.ServiceTables} is that model; the
 * kernel's maps and a memory twin implement it and pass the same contract tests.
 */
@NullMarked
package io.clustermesh.bpf.maps;

import org.jspecify.annotations.NullMarked;
