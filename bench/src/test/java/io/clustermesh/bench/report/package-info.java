/** Tests. */
@NullMarked
package io.clustermesh.bench.report;

import org.jspecify.annotations.NullMarked;
