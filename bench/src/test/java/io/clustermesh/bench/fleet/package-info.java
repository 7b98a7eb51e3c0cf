/** Tests. */
@NullMarked
package io.clustermesh.bench.fleet;

import org.jspecify.annotations.NullMarked;
