/** The table that a bench prints: rows, goals, marks. Pure. */
@NullMarked
package io.clustermesh.bench.report;

import org.jspecify.annotations.NullMarked;
