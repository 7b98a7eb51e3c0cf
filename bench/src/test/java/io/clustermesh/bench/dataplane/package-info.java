/** Tests. */
@NullMarked
package io.clustermesh.bench.dataplane;

import org.jspecify.annotations.NullMarked;
