package io.clustermesh.cli.rig;

import java.time.Instant;
import java.util.Optional;

/**
 * What became of a change of scale.
 *
 * @param announced when the EndpointSlices said so: that pods leave, or that new ones are there
 * @param killed when leaving pods were killed, at the end of their grace period
 * @param started how many pods were started
 * @param ended how many were ended
 */
public record ScaleResult(Instant announced, Optional<Instant> killed, int started, int ended) {}
