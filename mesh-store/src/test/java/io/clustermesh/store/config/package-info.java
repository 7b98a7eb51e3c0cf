/** Tests of reading configuration. */
@NullMarked
package io.clustermesh.store.config;

import org.jspecify.annotations.NullMarked;
