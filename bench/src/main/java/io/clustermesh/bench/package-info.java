/**
 * Benches: what the product is said to do better than something else, measured against that something.
 *
 * <p>A bench is a set of lines, each with a goal. It starts the real product ({@code bin/clustermesh run}) and the real
 * opponent side by side, drives both with the same load generator, alternates between them so that a machine that is
 * disturbed disturbs both, and prints ratios. CPU per unit of work travels from machine to machine better than rates, so it
 * stands first wherever both can be had.
 */
@NullMarked
package io.clustermesh.bench;

import org.jspecify.annotations.NullMarked;
