/** Tests. */
@NullMarked
package io.clustermesh.bench.host;

import org.jspecify.annotations.NullMarked;
