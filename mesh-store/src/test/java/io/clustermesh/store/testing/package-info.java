/** Fixtures that other modules' tests use too: an etcd that starts in a moment and leaves nothing behind. */
@NullMarked
package io.clustermesh.store.testing;

import org.jspecify.annotations.NullMarked;
