/** Tests of the shared runtime, and the clock that tests turn by hand. */
@NullMarked
package io.clustermesh.store.runtime;

import org.jspecify.annotations.NullMarked;
