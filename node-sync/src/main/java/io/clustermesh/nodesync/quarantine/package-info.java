/**
 * Taking traffic off what does not answer, though nobody said that it is gone.
 *
 * <p>One witness is not enough: a connect may fail for reasons of its own. The first witness is the data path, whose programs
 * tell of every TCP connect that came to nothing; the second is a probe of this agent. Only when both agree is a backend
 * quarantined (its state byte), and only when all backends of a peer that were asked are silent, the peer (its cluster-down
 * bit, one store for every service). Both are probed back; who keeps falling ill waits longer each time.
 */
@NullMarked
package io.clustermesh.nodesync.quarantine;

import org.jspecify.annotations.NullMarked;
