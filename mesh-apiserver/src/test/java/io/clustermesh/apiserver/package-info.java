/** The process as a whole. */
@NullMarked
package io.clustermesh.apiserver;

import org.jspecify.annotations.NullMarked;
