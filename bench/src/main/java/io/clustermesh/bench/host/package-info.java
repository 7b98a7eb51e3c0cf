/**
 * The machine that a bench runs on: its cores, processes started and stopped by handle, folders, the load generator.
 *
 * <p>Where there are two cores or more, servers under test share core 0 and the load generator has core 1, so that the one
 * does not steal time from the other and a Go server runs with one P as it would in a small container.
 */
@NullMarked
package io.clustermesh.bench.host;

import org.jspecify.annotations.NullMarked;
